package org.adamant.spark;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.Serializable;
import java.util.Iterator;

/**
 * The gradients of some or all micro-batches, for the ranges of one shard.
 *
 * <p>All records that Spark serialises use Java's serialisation. Kryo, if Spark is configured to use it, writes the
 * fields of objects, and those of records cannot be set.
 *
 * @param loss the sum of the losses of these micro-batches
 * @param refusal what is wrong with the micro-batches; null if nothing is
 * @param gradients one array for each range, null for a frozen one; null if something is wrong
 */
@DefaultSerializer(JavaSerializer.class)
record Sum(double loss, String refusal, Serializable[] gradients) implements Serializable {

  /**
   * The sum of the gradients of all micro-batches, in a fixed order: a range of batches is split into two halves,
   * of which the first is shorter by at most one. It holds only as many at a time as the logarithm of their number.
   *
   * @param pieces the gradients of one micro-batch each, in their order
   * @param count how many pieces
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
