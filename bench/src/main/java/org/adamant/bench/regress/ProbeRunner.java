package org.adamant.bench.regress;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.adamant.bench.regress.probe.Probe;
import org.adamant.bench.support.MeasuredJvm;
import org.adamant.bench.support.Tool;

/** Starts the JVMs that measure, one after the other. */
final class ProbeRunner implements ForkSource {

  private static final int PATIENCE_SECONDS = 120;

  private static final int ARRAYS = 8;

  private final Path head;
  private final Path base;
  private final List<Integer> sizes;
  private final List<String> jvmArguments;
  private boolean isHeadFirst;

  ProbeRunner(
      Path head, Path base, List<Integer> sizes, List<String> jvmArguments) {
    this.head = head.toAbsolutePath();
    this.base = base.toAbsolutePath();
    this.sizes = sizes;
    this.jvmArguments = jvmArguments;
  }

  /** Measures in a new JVM. The kernels take turns in being compiled first. */
  @Override
  public Fork run() throws IOException {
    isHeadFirst = !isHeadFirst;
    final List<String> lines =
        Tool.run(Path.of("").toAbsolutePath(), PATIENCE_SECONDS, command());
    return Fork.parse(lines).orElseThrow(() -> new IOException("ended without a result"));
  }

  private List<String> command() {
    final String heap = megabytes() + "m";
    final List<String> options =
        new ArrayList<>(
            List.of(
                // Compiles in the foreground, so that the load of the machine does not decide what is compiled.
                "-Xbatch",
                // Only the measuring thread, and no growing heap.
                "-XX:+UseSerialGC",
                "-Xms" + heap,
                "-Xmx" + heap));
    options.addAll(jvmArguments);
    final List<String> args =
        new ArrayList<>(List.of(head.toString(), base.toString(), isHeadFirst ? "head" : "base"));
    sizes.forEach(size -> args.add(size.toString()));
    return MeasuredJvm.command(options, Probe.class, args);
  }

  /** Room for twice the arrays, and for what a kernel without intrinsics allocates. */
  private long megabytes() {
    final long elements = sizes.stream().mapToLong(Integer::longValue).sum();
    return 128 + 2 * ARRAYS * elements * (Float.BYTES + Double.BYTES) / (1 << 20);
  }
}
