package org.adamant.bench.regress;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.adamant.bench.regress.probe.Probe;

/** Starts the JVMs that measure, one after the other. */
final class ProbeRunner implements ForkSource {

  private static final int PATIENCE_SECONDS = 120;

  private static final int ARRAYS = 8;

  private final Scratch scratch;
  private final Path head;
  private final Path base;
  private final List<Integer> sizes;
  private final List<String> jvmArguments;
  private boolean isHeadFirst;

  ProbeRunner(
      Scratch scratch, Path head, Path base, List<Integer> sizes, List<String> jvmArguments) {
    this.scratch = scratch;
    this.head = head.toAbsolutePath();
    this.base = base.toAbsolutePath();
    this.sizes = sizes;
    this.jvmArguments = jvmArguments;
  }

  /** Measures in a new JVM; which kernel is compiled first changes from call to call. */
  @Override
  public Fork run() throws IOException {
    isHeadFirst = !isHeadFirst;
    final List<String> lines =
        Tool.run(scratch.directory(), Path.of("").toAbsolutePath(), PATIENCE_SECONDS, command());
    return Fork.parse(lines).orElseThrow(() -> new IOException("ended without a result"));
  }

  private List<String> command() {
    final String heap = megabytes() + "m";
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-modules=jdk.incubator.vector");
    // Compilation in the foreground: whether it is done does not depend on what else the machine does.
    command.add("-Xbatch");
    // No threads but the measuring one; no growing heap.
    command.add("-XX:+UseSerialGC");
    command.add("-Xms" + heap);
    command.add("-Xmx" + heap);
    command.addAll(jvmArguments);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Probe.class.getName()));
    command.addAll(List.of(head.toString(), base.toString(), isHeadFirst ? "head" : "base"));
    sizes.forEach(size -> command.add(size.toString()));
    return command;
  }

  /** Twice the arrays, and room for what a kernel without intrinsics allocates. */
  private long megabytes() {
    final long elements = sizes.stream().mapToLong(Integer::longValue).sum();
    return 128 + 2 * ARRAYS * elements * (Float.BYTES + Double.BYTES) / (1 << 20);
  }
}
