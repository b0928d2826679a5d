package org.adamant.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.adamant.bench.Shell.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive of classes in {@code kernel/docs/linking.md}, made as it is printed there. */
class ArchiveIT {

  private static final Path CHECKOUT = Path.of(System.getProperty("adamant.checkout"));
  private static final String APP =
      """
          package org.example;

          import org.adamant.*;

          public class App {
            public static void main(String[] args) {
              System.out.println(AdamKernel.preferred().explanation());
              float[] params = {1}, grads = {1}, m = new float[1], v = new float[1];
              AdamKernel.preferred().step(Adam.defaults().atStep(1), params, grads, m, v);
              System.out.println("stepped to " + params[0]);
            }
          }
          """;

  @TempDir
  private Path project;

  @Test
  void bringsTheClassesOfTheVectorApiAndOfTheKernel() throws Exception {
    final Shell shell = new Shell(project, Map.of("ADAMANT", CHECKOUT.toString()));
    Files.writeString(project.resolve("App.java"), APP);
    final Result made =
        shell.run(
            "cp \"$ADAMANT\"/kernel/target/adamant-kernel-*[0-9T].jar adamant-kernel.jar"
                + " && javac -cp adamant-kernel.jar -d classes App.java"
                + " && jar --create --file app.jar -C classes .");
    assertThat(made.status()).as(made.text()).isZero();

    final String guide = Files.readString(CHECKOUT.resolve("kernel/docs/linking.md"));
    final List<String> blocks = Recipes.blocks(guide, "archive", "sh");
    assertThat(blocks).hasSize(2);
    final Result dumped = shell.run(blocks.getFirst());
    assertThat(dumped.status()).as(dumped.text()).isZero();
    final Result started =
        shell.run(blocks.getLast().replace("java ", "java -Xlog:class+load -Xshare:auto "));
    assertThat(started.status()).as(started.text()).isZero();
    assertThat(started.text()).contains("stepped to 0.999").contains("-bit SIMD");

    final List<String> loaded =
        started.text()
            .lines()
            .filter(
                line -> line.contains(" jdk.incubator.vector.") || line.contains(" org.adamant."))
            .filter(line -> line.contains(" source: "))
            .toList();
    // Hidden classes are made anew in each JVM.
    assertThat(loaded).hasSizeGreaterThan(200)
        .filteredOn(line -> !line.contains("shared objects file"))
        .allMatch(line -> line.contains("0x"));
  }
}
