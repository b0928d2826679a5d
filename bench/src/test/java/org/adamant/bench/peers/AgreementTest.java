package org.adamant.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.adamant.Adam;
import org.adamant.bench.peers.Agreement.WrongResult;
import org.adamant.bench.results.Workload;
import org.adamant.bench.results.Workload.Kind;
import org.adamant.bench.support.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AgreementTest {

  private static final Workload BFLOAT16 = new Workload(Kind.BFLOAT16, Element.FLOAT, 1_003, 1);

  @ParameterizedTest
  @EnumSource
  void otherRoundingsAgree(Element element) throws WrongResult {
    assertThat(check(new FakePeer(Adam.defaults()), element)).isBetween(0.0, 1.0);
  }

  @ParameterizedTest
  @EnumSource
  void aStepThatDoesNothingIsWrong(Element element) {
    assertThatThrownBy(() -> check(FakePeer.dead(), element))
        .isInstanceOf(WrongResult.class)
        .hasMessageContainingAll("array 0, PARAMS[0] after 3 steps is", "expected", "within");
  }

  @ParameterizedTest
  @EnumSource
  void otherHyperParametersAreWrong(Element element) {
    for (Adam other : new Adam[] {
      Adam.defaults().withLearningRate(1.001e-3),
      Adam.defaults().withBeta1(0.901),
      Adam.defaults().withBeta2(0.9991),
      Adam.tensorflow().withEpsilon(1e-6)
    }) {
      assertThatThrownBy(() -> check(new FakePeer(other), element))
          .isInstanceOf(WrongResult.class);
    }
  }

  @Test
  void floatCoefficientsInDoubleArraysAreWithinTheirOwnBoundOnly() throws WrongResult {
    final FakePeer peer = new FakePeer(Adam.defaults().withBeta2(0.999f));
    assertThatThrownBy(() -> check(peer, Element.DOUBLE)).isInstanceOf(WrongResult.class);
    final Workload doubles = workload(Element.DOUBLE);
    final KernelContender kernel = new KernelContender(doubles, Adam.defaults());
    new Agreement(Adam.defaults(), doubles, Element.FLOAT.roundOff())
        .check(kernel, peer.start(doubles, kernel));
  }

  /** The kernel rounds by chance, the peer to nearest. */
  @Test
  void inSixteenBitsRoundingsMayDifferAndHyperParametersMayNot() throws WrongResult {
    assertThat(check(new FakePeer(Adam.defaults()), BFLOAT16)).isBetween(0.1, 1.0);
    for (FakePeer other : new FakePeer[] {
      FakePeer.dead(),
      new FakePeer(Adam.defaults().withBeta1(0.91)),
      new FakePeer(Adam.defaults().withBeta2(0.9991)),
      new FakePeer(Adam.defaults().withLearningRate(2e-3))
    }) {
      assertThatThrownBy(() -> check(other, BFLOAT16)).isInstanceOf(WrongResult.class);
    }
  }

  private static double check(FakePeer peer, Element element) throws WrongResult {
    return check(peer, workload(element));
  }

  private static double check(FakePeer peer, Workload workload) throws WrongResult {
    final KernelContender kernel = new KernelContender(workload, Adam.defaults());
    return new Agreement(Adam.defaults(), workload, workload.element().roundOff())
        .check(kernel, peer.start(workload, kernel));
  }

  private static Workload workload(Element element) {
    return new Workload(Kind.ARRAY, element, 1_003, 1);
  }
}
