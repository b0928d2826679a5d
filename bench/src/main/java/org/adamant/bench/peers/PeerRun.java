package org.adamant.bench.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.adamant.bench.results.PeersRun.Measurement;
import org.adamant.bench.results.Workload;

/** Starts the process that measures a peer, and collects its measurements. */
final class PeerRun {

  /** The heap; the rest of the memory is for the peers' memory outside the heap. */
  private static final String HEAP = "-XX:MaxRAMPercentage=45";

  private static final int LAST_LINES = 3;

  private final PeerName peer;
  private final List<Workload> workloads;
  private final double seconds;

  PeerRun(PeerName peer, List<Workload> workloads, double seconds) {
    this.peer = peer;
    this.workloads = workloads;
    this.seconds = seconds;
  }

  /**
   * Runs to the end.
   *
   * @param found gets each measurement when it is done; failures, too, so that there is one for every workload
   * @throws IOException if the process cannot be started
   */
  void run(Consumer<Measurement> found) throws IOException, InterruptedException {
    final Path log = Files.createTempFile("adamant-peers", ".log");
    // Needed if the program is interrupted; the process then ends by itself.
    log.toFile().deleteOnExit();
    try {
      final Process process = new ProcessBuilder(command()).redirectError(log.toFile()).start();
      final int done = collect(process, found);
      final int status = process.waitFor();
      for (Workload workload : workloads.subList(done, workloads.size())) {
        found.accept(
            Measurement.failed(
                peer.title(), "", workload,
                "the process ended with status " + status + lastLines(log)));
      }
    } finally {
      Files.deleteIfExists(log);
    }
  }

  private static int collect(Process process, Consumer<Measurement> found) throws IOException {
    int done = 0;
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(PeerProcess.PREFIX)) {
          found.accept(
              PeerProcess.JSON.readValue(
                  line.substring(PeerProcess.PREFIX.length()), Measurement.class));
          done++;
        }
      }
    }
    return done;
  }

  /** The command of this JVM with the same options, which resolve the Vector API. */
  private List<String> command() throws JsonProcessingException {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(HEAP);
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(PeerProcess.class.getName());
    command.add(peer.name());
    command.add(Double.toString(seconds));
    command.add(PeerProcess.JSON.writeValueAsString(workloads));
    return command;
  }

  private static String lastLines(Path log) throws IOException {
    final List<String> lines = Files.readAllLines(log);
    final List<String> last = lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
    return last.isEmpty() ? "" : ": " + String.join(" / ", last);
  }
}
