package org.adamant.bench.regress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.adamant.bench.Recipes;
import org.adamant.bench.Shell;
import org.adamant.bench.Shell.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recipe in {@code bench/docs/gate.md}, as it is printed, in an empty project. */
class RecipeIT {

  private static final Path CHECKOUT = Path.of(System.getProperty("adamant.checkout"));
  private static final String APP =
      """
          import org.adamant.*;

          public class App {
            public static void main(String[] args) {
              float[] params = {1}, grads = {1}, m = new float[1], v = new float[1];
              AdamKernel.preferred().step(Adam.defaults().atStep(1), params, grads, m, v);
              System.out.println(params[0]);
            }
          }
          """;

  @TempDir
  private Path project;

  @Test
  void worksAsPrinted() throws Exception {
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      follow(executor);
    }
  }

  private void follow(ExecutorService executor) throws Exception {
    final String readme = Files.readString(CHECKOUT.resolve("bench/docs/gate.md"));
    // What the first block builds was built by the phase before this test.
    assertThat(Recipes.blocks(readme, "checkout", "sh"))
        .containsExactly("mvn -q package -DskipTests -pl kernel,bench\n");
    final List<String> blocks = Recipes.blocks(readme, "project", "sh");
    assertThat(blocks).hasSize(3);
    final Path summary = project.resolve("summary.md");
    final Shell shell =
        new Shell(
            project,
            Map.of(
                "ADAMANT", CHECKOUT.toString(),
                "GITHUB_STEP_SUMMARY", summary.toString()));

    assertThat(shell.run(blocks.getFirst()).status()).isZero();
    Files.writeString(project.resolve("App.java"), APP);
    final Result linked =
        shell.run(
            "javac -cp ci/adamant-kernel.jar App.java && java -cp ci/adamant-kernel.jar:. App");
    assertThat(linked.status()).as(linked.text()).isZero();

    // Both at once, to be done sooner.
    final Future<Result> saving = executor.submit(() -> shell.run(fewerJvms(blocks.get(2))));
    final Result compared = shell.run(fewerJvms(blocks.get(1)));
    assertThat(compared.text()).contains("float 5000", "double 100000", "regress.md");
    // Noise may leave it open, and nothing else.
    assertThat(compared.status()).as(compared.text()).isIn(0, 2);
    assertThat(compared.status() == 2).isEqualTo(compared.text().contains("too noisy"));

    final Result saved = saving.get();
    assertThat(saved.status()).as(saved.text()).isZero();
    assertThat(saved.text()).contains("nothing to compare", "now the baseline of this machine");
    assertThat(project.resolve("ci/adam-baseline.json")).content().contains("float 100000");

    final List<String> steps =
        Pattern.compile("run: (>\\n(?:          .*\\n)+|.*\\n)")
            .matcher(Recipes.blocks(readme, "workflow", "yaml").getFirst())
            .results()
            .map(run -> run.group(1).replaceFirst("^>\\n", "").replaceAll("\\s+", " "))
            .toList();
    assertThat(steps).hasSize(2);
    final Result gate = shell.run(fewerJvms(steps.getFirst()));
    assertThat(gate.status()).as(gate.text()).isZero();
    assertThat(gate.text()).contains("not slower");
    assertThat(shell.run(steps.getLast()).status()).isZero();
    assertThat(summary).content().startsWith("### Speed of the kernel: not slower");
  }

  private static String fewerJvms(String command) {
    return command.strip() + " --forks 8";
  }
}
