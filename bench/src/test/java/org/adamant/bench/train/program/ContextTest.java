package org.adamant.bench.train.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.adamant.bench.support.Progress;
import org.adamant.bench.train.trainer.EpochLoop;
import org.junit.jupiter.api.Test;

class ContextTest {

  @Test
  void verboseTrainingPrintsEveryThousandthLoss() {
    final StringWriter text = new StringWriter();
    final Context context = new Context(Progress.NONE, Optional.of(new PrintWriter(text)));
    final double[] loss = {4_000};
    EpochLoop.run(3_500, () -> --loss[0], context.listener("linear", 1_000));
    final List<String> lines = text.toString().lines().map(String::strip).toList();
    assertThat(lines)
        .containsExactly(
            "linear: epoch 1,000, loss 3000.00",
            "linear: epoch 2,000, loss 2000.00",
            "linear: epoch 3,000, loss 1000.00");
  }

  @Test
  void quietTrainingOnlyTicks() {
    final int[] ticks = {0};
    final Progress counting =
        new Progress() {
          @Override
          public void expect(long steps) {}

          @Override
          public void step() {
            ticks[0]++;
          }

          @Override
          public void close() {}
        };
    final Context context = new Context(counting, Optional.empty());
    EpochLoop.run(7, () -> 0, context.listener("linear", 1));
    assertThat(ticks[0]).isEqualTo(7);
  }
}
