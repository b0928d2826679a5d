package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.LaneWidth;
import org.adamant.proptest.GoldenTest.Type;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The presets named after PyTorch continue its runs to the bit: every element of every array equals that of its
 * unfused loop, without tolerance.
 */
class PyTorchPresetTest {

  static Stream<Arguments> runs() {
    return Stream.of(
        Arguments.of("adam_forloop", Adam.pytorch()),
        Arguments.of("adamw_wd0.01_forloop", Adam.pytorchAdamW()),
        Arguments.of("amsgrad_forloop", Adam.pytorch().withAmsgrad(AmsGrad.RAW)),
        Arguments.of("adamax_forloop", Adam.pytorchAdamax()),
        Arguments.of("nadam_forloop", Adam.pytorchNAdam()),
        Arguments.of("radam_forloop", Adam.pytorchRAdam()))
        .flatMap(
            run -> Stream.of(Type.values())
                .flatMap(
                    type -> LaneWidth.supported()
                        .stream()
                        .map(width -> Arguments.of(run.get()[0], run.get()[1], type, width))));
  }

  @ParameterizedTest(name = "{0}, {2}, {3}")
  @MethodSource("runs")
  void equalsTheRecordingInEveryBit(String run, Adam adam, Type type, LaneWidth width)
      throws IOException {
    final AdamKernel kernel = AdamKernel.of(width);
    final GoldenTest.Inputs inputs = new GoldenTest.Inputs();
    final State ours = State.zeros(type.element, GoldenTest.LENGTH);
    final Object maximum = Array.newInstance(type.element, GoldenTest.LENGTH);
    final AdamSlice slice =
        ours.bareSlice().withMaximum(maximum);
    final List<Object> arrays = new ArrayList<>(List.of(ours.params(), ours.m(), ours.v()));
    if (adam.amsgrad() != AmsGrad.NONE) {
      arrays.add(maximum);
    }
    inputs.fillParams(ours.params());
    for (int t = 1; t <= GoldenTest.RECORDED.getLast(); t++) {
      inputs.fillGrads(ours.grads());
      kernel.step(adam.atStep(t), slice);
      if (GoldenTest.RECORDED.contains(t)) {
        final List<Object> theirs =
            arrays.stream()
                .map(_ -> Array.newInstance(type.element, GoldenTest.LENGTH))
                .toList();
        type.read(run, t, theirs);
        for (int k = 0; k < arrays.size(); k++) {
          // Of arrays of numbers, equal means the same bits.
          assertThat(arrays.get(k)).as("array %s at t = %s", k, t).isEqualTo(theirs.get(k));
        }
      }
    }
  }
}
