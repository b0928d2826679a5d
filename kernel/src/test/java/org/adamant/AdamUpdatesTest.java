package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.Random;
import org.adamant.Adam.AmsGrad;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdamUpdatesTest {

  private static final Adam AMSGRAD = Adam.defaults().withAmsgrad(AmsGrad.RAW);

  /** More than one piece, and not a whole number of them; moments in bf16 are rounded by the numbers of elements. */
  @ParameterizedTest
  @EnumSource(value = Format.class, names = "BLOCK8", mode = EnumSource.Mode.EXCLUDE)
  void bitsAreThoseOfAStepWithParameters(Format ofMoments) {
    final int length = 150_001;
    final Format format = ofMoments == Format.FLOAT64 ? Format.FLOAT64 : Format.FLOAT32;
    final Random random = new Random(9);
    try (Arena arena = Arena.ofConfined()) {
      for (Adam adam : new Adam[] {Adam.nd4j(), AMSGRAD}) {
        final Storage params = Storage.allocate(format, length, arena);
        final Storage[] grads = new Storage[2];
        final Storage[][] kept = new Storage[2][3];
        for (int side = 0; side < 2; side++) {
          grads[side] = Storage.allocate(format, length, arena);
          for (int k = 0; k < 3; k++) {
            kept[side][k] = Storage.allocate(ofMoments, length, arena);
          }
        }
        final boolean hasMaximum = adam == AMSGRAD;
        final AdamSlice slice = AdamSlice.of(params, grads[0], kept[0][0], kept[0][1]);
        final AdamUpdates updates =
            hasMaximum
                ? AdamUpdates.of(grads[1], kept[1][0], kept[1][1], kept[1][2])
                : AdamUpdates.of(grads[1], kept[1][0], kept[1][1]);
        for (int t = 1; t <= 3; t++) {
          for (int i = 0; i < length; i++) {
            final double gradient = random.nextFloat(-1, 1);
            grads[0].set(i, gradient);
            grads[1].set(i, gradient);
          }
          final AdamStep step = adam.atStep(t).withNegatedUpdate();
          AdamKernel.preferred().step(step, hasMaximum ? slice.withMaximum(kept[0][2]) : slice);
          updates.step(AdamKernel.preferred(), step);
        }
        assertThat(grads[1].bytes().mismatch(grads[0].bytes())).isEqualTo(-1);
        for (int k = 0; k < 3; k++) {
          assertThat(kept[1][k].bytes().mismatch(kept[0][k].bytes())).isEqualTo(-1);
        }
        assertThat(grads[1].get(length - 1)).isNotZero();
      }
    }
  }

  @Test
  void badUseIsAnExceptionWithAdvice() {
    final Storage grads = Storage.of(new float[3]);
    final Storage m = Storage.of(new float[3]);
    final Storage v = Storage.of(new float[3]);
    assertThatThrownBy(() -> AdamUpdates.of(grads, m, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("v is null");
    assertThatThrownBy(() -> AdamUpdates.of(grads, Storage.of(new float[2]), v))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("m has length 2: expected 3, the length of grads");
    assertThatThrownBy(() -> AdamUpdates.of(grads, m, v, m))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overlap in memory");
    final AdamUpdates updates = AdamUpdates.of(grads, m, v);
    final AdamKernel kernel = AdamKernel.preferred();
    for (AdamStep step : new AdamStep[] {
      Adam.defaults().atStep(1),
      Adam.pytorchAdamW().atStep(1).withUpdateOnly(),
      Adam.defaults().atStep(1).withUpdateOnly().withNonFinite(NonFinite.SKIP)}) {
      assertThatThrownBy(() -> updates.step(kernel, step))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected a step withUpdateOnly or withNegatedUpdate");
    }
  }
}
