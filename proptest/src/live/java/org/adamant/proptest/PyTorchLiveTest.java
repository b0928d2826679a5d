package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.proptest.GoldenTest.Type;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PyTorchLiveTest {

  static Stream<Arguments> recordings() {
    return Stream.of(
        Arguments.of("adam", Adam.pytorch()),
        Arguments.of("adamw_wd0.01", Adam.pytorchAdamW()),
        Arguments.of("amsgrad", Adam.pytorch().withAmsgrad(AmsGrad.RAW)))
        .flatMap(
            run -> Stream.of(Type.values())
                .map(type -> Arguments.of(run.get()[0], run.get()[1], type)));
  }

  @ParameterizedTest(name = "{0}, {2}")
  @MethodSource("recordings")
  void isThePyTorchThatWasRecorded(String run, Adam adam, Type type) throws IOException {
    final GoldenTest.Inputs inputs = new GoldenTest.Inputs();
    final State state = State.zeros(type.element, GoldenTest.LENGTH);
    inputs.fillParams(state.params());
    try (PyTorchRun torch = new PyTorchRun(adam, state.params(), GoldenTest.LENGTH)) {
      for (int t = 1; t <= GoldenTest.RECORDED.getLast(); t++) {
        inputs.fillGrads(state.grads());
        torch.unfused(
            state.grads(),
            1,
            PyTorchRun.correction(adam.beta1(), t),
            PyTorchRun.root(PyTorchRun.correction(adam.beta2(), t)));
        if (GoldenTest.RECORDED.contains(t)) {
          final State recorded = State.zeros(type.element, GoldenTest.LENGTH);
          final List<Object> arrays =
              adam.amsgrad() == AmsGrad.NONE
                  ? List.of(recorded.params(), recorded.m(), recorded.v())
                  : List.of(recorded.params(), recorded.m(), recorded.v(), recorded.grads());
          type.read(run + "_forloop", t, arrays);
          assertThat(torch.params()).as("p at t = %s", t).isEqualTo(recorded.params());
          assertThat(torch.m()).as("m at t = %s", t).isEqualTo(recorded.m());
          assertThat(torch.v()).as("v at t = %s", t).isEqualTo(recorded.v());
        }
      }
    }
  }
}
