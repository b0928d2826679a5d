package org.adamant.proptest.forked;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.adamant.LaneWidth;
import org.adamant.testkit.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged witness on a bare JRE, in a minimized jar, and its messages if something is wrong. */
class WitnessIT {

  private static final Path KERNEL = Path.of(System.getProperty("adamant.kernel.jar"));
  private static final Path WITNESS = Path.of(System.getProperty("adamant.proptest.jar"));
  private static final Path MINIMIZED = Path.of(System.getProperty("adamant.minimized.witness"));
  private static final String VECTOR = System.getProperty("adamant.vector.module");

  private static final WitnessFork SIMD =
      WitnessFork.simd(LaneWidth.supported().getLast().bits(), "the widest vector").shortly();

  @TempDir
  Path work;

  @Test
  void runsOnABareJre() {
    final CompletableFuture<Void> scalar =
        CompletableFuture.runAsync(
            () -> check(
                WitnessFork.scalar("link it with jlink --add-modules " + VECTOR).shortly(),
                jre("java.base"),
                "java.base"));
    final Path vector = jre(VECTOR);
    check(SIMD, vector, "java.base", VECTOR);
    // What only jdk.management could read in the flags.
    check(
        WitnessFork.scalar("this JVM has no hardware fused multiply-add", "-XX:-UseFMA")
            .withVectorApi()
            .with(Map.of("UseFMA", "false"))
            .shortly(),
        vector,
        "java.base",
        VECTOR);
    scalar.join();
  }

  @Test
  void aMinimizedJarHasTheLoops() throws IOException {
    try (JarFile jar = new JarFile(MINIMIZED.toFile())) {
      assertThat(jar.stream().map(JarEntry::getName))
          .contains("org/adamant/internal/loop/SimdLoop.class")
          .contains("org/adamant/internal/loop/RelativeSimdLoop.class")
          .contains("org/adamant/internal/loop/DoubleSimdLoop.class")
          .contains("org/adamant/internal/loop/RelativeDoubleSimdLoop.class")
          .doesNotContain("org/adamant/AdamOptimizer.class");
    }
    SIMD.check(SIMD.run(Command.JAVA_HOME, MINIMIZED));
  }

  private static void check(WitnessFork fork, Path jre, String... modules) {
    final String listed =
        Command.run(List.of(jre.resolve("bin").resolve("java").toString(), "--list-modules"))
            .succeeded()
            .out();
    assertThat(listed.lines().map(line -> line.replaceFirst("@.*", ""))).containsExactly(modules);
    fork.check(fork.run(jre, KERNEL, WITNESS));
  }

  /** A Java that has one module and what it requires. */
  private Path jre(String module) {
    final Path jre = work.resolve(module);
    Command.run(
        List.of(
            Command.JAVA_HOME.resolve("bin").resolve("jlink").toString(),
            "--add-modules",
            module,
            "--output",
            jre.toString()))
        .succeeded();
    return jre;
  }

  @Test
  void saysWhichHashIsDifferent() throws IOException {
    final Path resource = work.resolve("org/adamant/proptest/witness/short.txt");
    Files.createDirectories(resource.getParent());
    Files.writeString(resource, "float adam 0123456789abcdef\n");
    final Command.Result result =
        WitnessFork.scalar("").shortly().run(Command.JAVA_HOME, work, KERNEL, WITNESS);
    assertThat(result.exitStatus()).as("%s", result).isEqualTo(1);
    assertThat(result.out())
        .contains("result: DIFFERENT from the committed hash ")
        .containsPattern("different: float adam [0-9a-f]{16}\\R");
  }

  @Test
  void refusesAnOptionItDoesNotKnow() {
    final Command.Result result =
        Command.run(
            List.of(
                Command.JAVA_HOME.resolve("bin").resolve("java").toString(),
                "-classpath",
                WITNESS.toString(),
                WitnessFork.MAIN,
                "--shirt"));
    assertThat(result.exitStatus()).isEqualTo(2);
    assertThat(result.err()).startsWith("option = --shirt: expected one of these");
  }
}
