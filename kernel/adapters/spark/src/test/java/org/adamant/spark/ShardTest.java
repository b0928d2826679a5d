package org.adamant.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.AdamSlice;
import org.adamant.Format;
import org.adamant.Rounding;
import org.junit.jupiter.api.Test;

/** Nothing is stepped twice, however often and wherever a task runs. */
class ShardTest {

  private static final int LENGTH = 5000;

  private static final Cut CUT =
      new Cut(
          List.of(
              new Cut.Parameter(
                  "w", Format.FLOAT32, LENGTH, AdamSlice.numberOf("w"), true, Format.BLOCK8,
                  Format.BFLOAT16)),
          2);

  private static Shard.Order order(long from) {
    final Adam adam = Adam.defaults().withAmsgrad(AmsGrad.RAW).withAverageDecay(0.9);
    return new Shard.Order(
        from, from + 1, new String[] {adam.toString()}, new long[] {from + 1},
        new boolean[] {from > 0}, 1, new double[] {1}, Rounding.STOCHASTIC, 3);
  }

  private static String bits(Shard shard) {
    final LinkedHashMap<String, Object> all = new LinkedHashMap<>();
    final Shard.Part part = shard.parts()[0];
    all.put("params", part.params());
    all.put("m", part.m());
    all.put("v", part.v());
    if (part.maximum() != null) {
      all.put("maximum", part.maximum());
      all.put("average", part.average());
    }
    return Reference.hash(all);
  }

  @Test
  void aStepLeavesWhatItBeginsWithAsItWas() {
    final LinkedHashMap<String, Serializable> zero = new LinkedHashMap<>();
    zero.put("w", new float[LENGTH]);
    final float[] gradient = new float[LENGTH - Cut.BLOCK];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = (float) StrictMath.sin(i + 1);
    }
    final float[] before = gradient.clone();
    final Sum sum = new Sum(0, null, new Serializable[] {gradient});
    final Shard initial = Shard.initial(CUT, 1, new Parameters(0, 1, zero));
    final String ofInitial = bits(initial);
    final Shard first = initial.next(CUT, order(0), sum);
    final String ofFirst = bits(first);
    final Shard second = first.next(CUT, order(1), sum);
    assertThat(ofFirst).isNotEqualTo(ofInitial).isNotEqualTo(bits(second));
    assertThat(bits(initial.next(CUT, order(0), sum))).isEqualTo(ofFirst);
    assertThat(bits(first.next(CUT, order(1), sum))).isEqualTo(bits(second));
    assertThat(bits(initial)).isEqualTo(ofInitial);
    assertThat(bits(first)).isEqualTo(ofFirst);
    assertThat(gradient).isEqualTo(before);
    assertThatThrownBy(() -> first.next(CUT, order(0), sum))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("shard 1 is of step 1: expected 0");
  }
}
