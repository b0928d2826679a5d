package org.adamant.bench.support;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;

/**
 * What the kernel can do in the JVMs to be measured. They have the Vector API and their own options; the JVM of
 * this program may have neither.
 *
 * @param supported the lane widths
 * @param preferred the lane width that the chooser picks
 * @param explanation what the preferred kernel says about itself
 */
public record MeasuredJvm(List<LaneWidth> supported, LaneWidth preferred, String explanation) {

  private static final String VECTOR_MODULE = "--add-modules=jdk.incubator.vector";
  private static final int PATIENCE_SECONDS = 60;

  /**
   * Starts such a JVM and asks it.
   *
   * @param options the options of the user
   * @throws IOException if it does not start; the message is the JVM's reason, in one line
   */
  public static MeasuredJvm ask(List<String> options) throws IOException {
    final List<String> lines =
        Tool.run(Path.of("").toAbsolutePath(), PATIENCE_SECONDS,
            command(options, MeasuredJvm.class, List.of()));
    return new MeasuredJvm(
        Stream.of(lines.getFirst().split(" ", 0)).map(LaneWidth::valueOf).toList(),
        LaneWidth.valueOf(lines.get(1)),
        lines.getLast());
  }

  /** What this JVM can do. */
  public static MeasuredJvm here() {
    return new MeasuredJvm(
        LaneWidth.supported(), LaneWidth.preferred(), AdamKernel.preferred().explanation());
  }

  /** The command that starts a program with the Vector API. */
  public static List<String> command(List<String> options, Class<?> program, List<String> args) {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(VECTOR_MODULE);
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(args);
    return command;
  }

  /** Prints the answer. */
  public static void main(String[] args) {
    final MeasuredJvm here = here();
    System.out.println(
        here.supported.stream().map(LaneWidth::name).collect(Collectors.joining(" ")));
    System.out.println(here.preferred.name());
    System.out.println(here.explanation);
  }
}
