package org.adamant.spark;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.Serializable;
import java.util.Iterator;

/**
 * The gradients of some or all micro-batches, for the ranges of one shard.
 *
 * <p>As all records that Spark serialises, by Java's serialisation: Kryo, where Spark is told to use that, writes the fields
 * of objects, and those of records cannot be written.
 *
 * @param loss the sum of the losses of these micro-batches
 * @param refusal what is wrong with them; null if nothing is
 * @param gradients one array for each range, null for one that is frozen; null if something is wrong
 */
@DefaultSerializer(JavaSerializer.class)
record Sum(double loss, String refusal, Serializable[] gradients) implements Serializable {

  /**
   * The sum of the gradients of all micro-batches, in a fixed order: the two halves of a range of batches, the first the
   * shorter by at most one. Holds a logarithm of their number at a time.
   *
   * @param pieces those of one micro-batch each, in their order
   * @param count how many
   */
  static Sum of(Iterator<Sum> pieces, int count) {
    return of(pieces, 0, count);
  }

  private static Sum of(Iterator<Sum> pieces, int from, int to) {
    if (to - from == 1) {
      return pieces.next();
    }
    final int middle = from + to >>> 1;
    final Sum first = of(pieces, from, middle);
    final Sum second = of(pieces, middle, to);
    if (first.refusal != null || second.refusal != null) {
      return new Sum(0, first.refusal != null ? first.refusal : second.refusal, null);
    }
    for (int i = 0; i < first.gradients.length; i++) {
      if (first.gradients[i] != null) {
        Numbers.add(first.gradients[i], second.gradients[i]);
      }
    }
    return new Sum(first.loss + second.loss, null, first.gradients);
  }
}
