package org.adamant.bench.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.adamant.AdamKernel;
import org.adamant.bench.results.PeersRun.Measurement;
import org.adamant.bench.results.Workload;
import org.adamant.bench.support.TurnTimer;

/**
 * Measures one peer in its own process, because the native libraries of two peers conflict, and a crash then ends
 * one peer only. Prints each measurement as a line of JSON when it is done.
 */
final class PeerProcess {

  /** The beginning of lines with measurements, as libraries print other lines. */
  static final String PREFIX = "measurement ";

  /** Long enough for the preferred kernel to switch to the SIMD loop. */
  private static final TurnTimer COMPILATION = timer(4);

  static final JsonMapper JSON = JsonMapper.builder().build();

  /** The share of the warm-up in the measured time. */
  private static final double WARM_UP_SHARE = 0.7;

  private static final double LEAST_WARM_UP_SECONDS = 0.3;

  private PeerProcess() {}

  /**
   * A timer that warms up for two of the usual three seconds. The kernel may take so long until it switches to a
   * SIMD loop, and before that its steps look steady.
   */
  static TurnTimer timer(double seconds) {
    return new TurnTimer(seconds, Math.max(LEAST_WARM_UP_SECONDS, WARM_UP_SHARE * seconds));
  }

  /**
   * Measures.
   *
   * @param args the peer, the seconds per workload, and the workloads in JSON
   */
  public static void main(String[] args) throws JsonProcessingException {
    Thread.ofPlatform().daemon().start(PeerProcess::endWithParent);
    final PeerName name = PeerName.valueOf(args[0]);
    final TurnTimer timer = timer(Double.parseDouble(args[1]));
    final List<Workload> workloads = Arrays.asList(JSON.readValue(args[2], Workload[].class));
    final PrintStream out = System.out;
    final Peer peer;
    try {
      peer = name.load();
    } catch (ReflectiveOperationException | LinkageError e) {
      final String reason = "does not run here: " + rootCause(e);
      for (Workload workload : workloads) {
        print(out, Measurement.failed(name.title(), "", workload, reason));
      }
      return;
    }
    final Set<Workload> compiled = new HashSet<>();
    for (Workload workload : workloads) {
      // Steps of large arrays are too few to have everything compiled.
      final Workload small = workload.small();
      if (compiled.add(small)) {
        measure(name, peer, small, COMPILATION);
      }
      print(out, measure(name, peer, workload, timer));
    }
    // Libraries may have left threads behind.
    System.exit(0);
  }

  /** Ends this process when its input ends, which it does when the program that started it ends in any way. */
  private static void endWithParent() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // A failure counts as the end.
    }
    Runtime.getRuntime().halt(1);
  }

  private static void print(PrintStream out, Measurement measurement)
      throws JsonProcessingException {
    out.println(PREFIX + JSON.writeValueAsString(measurement));
    out.flush();
  }

  /** Checks, then times. */
  static Measurement measure(PeerName name, Peer peer, Workload workload, TurnTimer timer) {
    final Agreement agreement =
        new Agreement(
            name.adam(workload),
            workload,
            name.coefficientRoundOff(workload.element()));
    final KernelContender kernel = new KernelContender(workload, name.adam(workload));
    try (Contender contender = peer.start(workload, kernel)) {
      final double error = agreement.check(kernel, contender);
      final double[][] nanos = timer.measure(List.of(timed(kernel), timed(contender)));
      return new Measurement(
          name.title(), peer.version(), workload, AdamKernel.preferred().explanation(), error,
          nanos[0], nanos[1], null);
    } catch (Agreement.WrongResult e) {
      return Measurement.failed(
          name.title(), peer.version(), workload, "wrong result, not timed: " + e.getMessage());
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      return Measurement.failed(name.title(), peer.version(), workload, "failed: " + rootCause(e));
    }
  }

  /** A contender whose steps follow those of the check. */
  static TurnTimer.Contender timed(Contender contender) {
    final long[] t = {Agreement.STEPS};
    if (!contender.consumesGradients()) {
      return TurnTimer.Contender.of(() -> contender.step(++t[0]));
    }
    return steps -> {
      long sum = 0;
      for (int i = 0; i < steps; i++) {
        contender.restoreGradients();
        final long start = System.nanoTime();
        contender.step(++t[0]);
        sum += System.nanoTime() - start;
      }
      return sum;
    };
  }

  private static String rootCause(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    // PyTorch's messages continue with a stack trace.
    return cause.toString().lines().findFirst().orElseThrow();
  }
}
