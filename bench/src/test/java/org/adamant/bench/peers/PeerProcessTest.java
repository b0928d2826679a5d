package org.adamant.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.bench.results.PeersRun.Measurement;
import org.adamant.bench.results.Workload;
import org.adamant.bench.results.Workload.Kind;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.StepArrays.Role;
import org.adamant.bench.support.TurnTimer;
import org.junit.jupiter.api.Test;

class PeerProcessTest {

  private static final Workload ARRAY = new Workload(Kind.ARRAY, Element.FLOAT, 50, 1);
  private static final TurnTimer TIMER = PeerProcess.timer(0.02);

  @Test
  void aCorrectPeerIsTimedInRounds() {
    final FakePeer peer = new FakePeer(Adam.defaults());
    final Measurement found = PeerProcess.measure(PeerName.PYTORCH, peer, ARRAY, TIMER);
    assertThat(found.failure()).isNull();
    assertThat(found.version()).isEqualTo("fake 1");
    assertThat(found.kernelNanos()).hasSizeBetween(5, 21).hasSameSizeAs(found.peerNanos());
    assertThat(found.ratio()).isPresent();
    assertThat(found.kernel()).isEqualTo(AdamKernel.preferred().explanation());
    assertThat(peer.calls)
        .startsWith("step 1", "step 2", "step 3", "step 4")
        .endsWith("close")
        .doesNotContain("restore");
  }

  @Test
  void gradientsThatAStepConsumesAreRestoredBeforeEach() {
    final FakePeer peer = FakePeer.dead();
    final Workload onePass = new Workload(Kind.ONE_PASS, Element.FLOAT, 50, 1);
    final KernelContender kernel =
        new KernelContender(onePass, PeerName.PYTORCH.adam(onePass));
    TIMER.measure(
        List.of(PeerProcess.timed(kernel), PeerProcess.timed(peer.start(onePass, kernel))));
    assertThat(peer.calls).startsWith("restore", "step 4", "restore", "step 5");
    assertThat((float[]) kernel.array(Role.GRADS, 0)).containsOnly(0);
    kernel.restoreGradients();
    assertThat((float[]) kernel.array(Role.GRADS, 0)).doesNotContain(0);
  }

  @Test
  void aWrongPeerIsNotTimed() {
    final FakePeer peer = FakePeer.dead();
    final Measurement found = PeerProcess.measure(PeerName.PYTORCH, peer, ARRAY, TIMER);
    assertThat(found.failure()).startsWith("wrong result, not timed: array 0, PARAMS[0]");
    assertThat(found.ratio()).isEmpty();
    assertThat(peer.calls).containsExactly("step 1", "step 2", "step 3", "close");
  }

  @Test
  void aPeerThatThrowsIsReported() {
    final Peer throwing =
        new Peer() {
          @Override
          public String version() {
            return "none";
          }

          @Override
          public Contender start(Workload workload, KernelContender kernel) {
            throw new IllegalStateException(new UnsatisfiedLinkError("no such library\nat x"));
          }
        };
    assertThat(PeerProcess.measure(PeerName.DJL, throwing, ARRAY, TIMER).failure())
        .isEqualTo("failed: java.lang.UnsatisfiedLinkError: no such library");
  }
}
