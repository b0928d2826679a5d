package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
        final AdamUpdates updates = AdamUpdates.create();
        for (int t = 1; t <= 3; t++) {
          for (int i = 0; i < length; i++) {
            final double gradient = random.nextFloat(-1, 1);
            grads[0].set(i, gradient);
            grads[1].set(i, gradient);
          }
          final AdamStep step = adam.atStep(t).withNegatedUpdate();
          AdamKernel.preferred().step(step, hasMaximum ? slice.withMaximum(kept[0][2]) : slice);
          final List<Storage> operands =
              new ArrayList<>(List.of(kept[1]).subList(0, hasMaximum ? 3 : 2));
          operands.addFirst(grads[1]);
          updates.step(AdamKernel.preferred(), step, operands);
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
    final AdamUpdates updates = AdamUpdates.create();
    final AdamKernel kernel = AdamKernel.preferred();
    final AdamStep step = Adam.defaults().atStep(1).withUpdateOnly();
    updates.step(kernel, step, List.of(grads, m, v));
    assertThatThrownBy(() -> updates.step(kernel, step, Arrays.asList(grads, m, null)))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("v is null");
    assertThatThrownBy(() -> updates.step(null, step, List.of(grads, m, v)))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("kernel is null");
    assertThatThrownBy(() -> updates.step(kernel, null, List.of(grads, m, v)))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("step is null");
    assertThatThrownBy(() -> updates.step(kernel, step, List.of(grads, m)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("operands has 2 storages: expected grads, m and v");
    final Storage shorter = Storage.of(new float[2]);
    assertThatThrownBy(() -> updates.step(kernel, step, List.of(shorter, m, v)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("grads has length 2: expected 3, the length of m");
    final Storage doubles = Storage.of(new double[3]);
    assertThatThrownBy(() -> updates.step(kernel, step, List.of(doubles, m, v)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("format");
    assertThatThrownBy(() -> updates.step(kernel, step, List.of(grads, m, v, m)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overlap in memory");
    for (AdamStep other : new AdamStep[] {
      Adam.defaults().atStep(1),
      Adam.defaults().atStep(1).withUpdateOnly().withNonFinite(NonFinite.SKIP)}) {
      assertThatThrownBy(() -> updates.step(kernel, other, List.of(grads, m, v)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected one withUpdateOnly or withNegatedUpdate");
    }
    assertThatThrownBy(
        () -> updates.step(
            kernel, Adam.pytorchAdamW().atStep(1).withUpdateOnly(), List.of(grads, m, v)))
        .hasMessageContaining("weightDecay = 0.01: expected 0, as an updater does not see");
    assertThatThrownBy(() -> AdamUpdates.requireUpdatesAlone(Adam.nd4j().withAverageDecay(0.9)))
        .hasMessageContaining("averageDecay = 0.9: expected 1, as an updater does not see");
    assertThatThrownBy(() -> AdamUpdates.requireUpdatesAlone(Adam.nd4j().withMaximize(true)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maximize = true: expected false");
  }

  /** Another array, another part of it, another segment: none of them is taken for the one before. */
  @Test
  void otherOperandsAreSeen() {
    final AdamUpdates updates = AdamUpdates.create();
    final float[][] all = new float[4][6];
    final List<Storage> halves = new ArrayList<>();
    for (float[] array : all) {
      Arrays.fill(array, 0.5f);
      halves.add(Storage.of(array).range(0, 3));
    }
    final List<Storage> operands = halves.subList(0, 3);
    final AdamStep step = Adam.defaults().atStep(1).withUpdateOnly();
    updates.step(AdamKernel.preferred(), step, operands);
    assertThat(all[0][2]).isNotEqualTo(0.5f);
    assertThat(all[0][3]).isEqualTo(0.5f);
    operands.set(0, Storage.of(all[3]).range(0, 3));
    updates.step(AdamKernel.preferred(), step, operands);
    assertThat(all[3][2]).isNotEqualTo(0.5f);
    operands.set(0, Storage.of(all[0]).range(3, 3));
    updates.step(AdamKernel.preferred(), step, operands);
    assertThat(all[0][3]).isNotEqualTo(0.5f);
    try (Arena arena = Arena.ofConfined()) {
      for (int i = 0; i < 2; i++) {
        final Storage outside = Storage.allocate(Format.FLOAT32, 3, arena);
        outside.set(2, 0.5);
        operands.set(0, outside);
        updates.step(AdamKernel.preferred(), step, operands);
        assertThat(outside.get(2)).isNotEqualTo(0.5);
      }
    }
  }
}
