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

/**
 * Measures one peer, in a process of its own: the native libraries of two peers do not get along, and one
 * that crashes takes no other with it. Prints each measurement as a line of JSON when it is done.
 */
final class PeerProcess {

  /** Begins the lines that are measurements: libraries print what they like. */
  static final String PREFIX = "measurement ";

  /** Long enough for the preferred kernel to change over to the SIMD loop. */
  private static final PairTimer COMPILATION = new PairTimer(4);

  static final JsonMapper JSON = JsonMapper.builder().build();

  private PeerProcess() {}

  /**
   * Measures.
   *
   * @param args the peer, the seconds per workload, and the workloads in JSON
   */
  public static void main(String[] args) throws JsonProcessingException {
    Thread.ofPlatform().daemon().start(PeerProcess::endWithParent);
    final PeerName name = PeerName.valueOf(args[0]);
    final PairTimer timer = new PairTimer(Double.parseDouble(args[1]));
    final List<Workload> workloads = Arrays.asList(JSON.readValue(args[2], Workload[].class));
    final PrintStream out = System.out;
    final Peer peer;
    try {
      peer = name.load();
    } catch (ReflectiveOperationException | LinkageError e) {
      final String reason = "does not run here: " + rootCause(e);
      for (Workload workload : workloads) {
        print(out, Measurement.failed(name, "", workload, reason));
      }
      return;
    }
    final Set<Workload> compiled = new HashSet<>();
    for (Workload workload : workloads) {
      // Large arrays are stepped too few times to have everything compiled.
      final Workload small = workload.small();
      if (compiled.add(small)) {
        measure(name, peer, small, COMPILATION);
      }
      print(out, measure(name, peer, workload, timer));
    }
    // Libraries may have left threads behind.
    System.exit(0);
  }

  /** The end of the input is that of the program that started this process, however it came. */
  private static void endWithParent() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // As good as the end.
    }
    Runtime.getRuntime().halt(1);
  }

  private static void print(PrintStream out, Measurement measurement)
      throws JsonProcessingException {
    out.println(PREFIX + JSON.writeValueAsString(measurement));
    out.flush();
  }

  /** Checks, then times. */
  static Measurement measure(PeerName name, Peer peer, Workload workload, PairTimer timer) {
    final Agreement agreement =
        new Agreement(
            name.adam(workload),
            workload.element(),
            name.coefficientRoundOff(workload.element()));
    final KernelContender kernel = new KernelContender(workload, name.adam(workload));
    try (Contender contender = peer.start(workload, kernel)) {
      final double error = agreement.check(kernel, contender);
      final PairTimer.Times times = timer.measure(kernel, contender, Agreement.STEPS);
      return new Measurement(
          name, peer.version(), workload, error, times.kernel(), times.peer(), null);
    } catch (Agreement.WrongResult e) {
      return Measurement.failed(
          name, peer.version(), workload, "wrong result, not timed: " + e.getMessage());
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      return Measurement.failed(name, peer.version(), workload, "failed: " + rootCause(e));
    }
  }

  private static String rootCause(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    // PyTorch's messages go on with a trace of its own.
    return cause.toString().lines().findFirst().orElseThrow();
  }
}
