package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;
import org.adamant.proptest.GoldenTest.Type;
import org.adamant.proptest.oracle.Accuracy;
import org.adamant.proptest.oracle.AccuracyTable;
import org.adamant.proptest.oracle.ExactRun;
import org.adamant.proptest.witness.Variant;
import org.adamant.testkit.Elements;
import org.apache.commons.numbers.core.DD;
import org.junit.jupiter.api.Test;

/**
 * Compares the errors of the reference and of PyTorch on the same inputs, those of the recordings and normal random
 * gradients, against the same oracle. PyTorch's results are the recorded ones. If none are recorded, they are those
 * of {@code Adam.pytorch()}, which gives the bits of its unfused loop, as tested here at step 1,000, from which the
 * run continues, and by {@link PyTorchPresetTest}.
 */
class PyTorchAccuracyTest {

  private static final AdamKernel KERNEL = AdamKernel.of(LaneWidth.SCALAR);
  private static final Variant OURS = Variant.named("adam");
  private static final Variant THEIRS = Variant.named("pytorch");
  private static final List<Integer> JUDGED = List.of(1, 10, 1000, 5000);

  /** The oracle follows every fifth element, which are enough. */
  private static final int STRIDE = 5;

  /**
   * The source of parameters and gradients. In both implementations every step rounds the parameter: the larger it
   * is in proportion to its path, the less other errors show. So the normal ones have the size of a layer's
   * weights.
   */
  private enum Source {
    RECORDED {
      @Override
      Inputs open() {
        final GoldenTest.Inputs inputs = new GoldenTest.Inputs();
        return new Inputs(inputs::fillParams, inputs::fillGrads);
      }
    },
    NORMAL {
      @Override
      Inputs open() {
        final Random random = new Random(1);
        return new Inputs(
            params -> fill(params, () -> 0.1 * random.nextGaussian()),
            grads -> fill(grads, () -> 0.01 * random.nextGaussian()));
      }
    };

    abstract Inputs open();

    private static void fill(Object array, DoubleSupplier values) {
      for (int i = 0; i < GoldenTest.LENGTH; i++) {
        Elements.set(array, i, values.getAsDouble());
      }
    }
  }

  private record Inputs(Consumer<Object> params, Consumer<Object> grads) {}

  /** Who computed a state, or recorded it. */
  private static final String ADAMANT = "adamant";
  private static final String LOOP = "PyTorch's loop";
  private static final String FUSED = "PyTorch's fused kernel";

  /** The accuracy of each implementation after each number of steps. */
  private record Comparison(
      Source source, Type type, Map<Integer, Map<String, Accuracy>> accuracies) {

    static Comparison of(Source source, Type type) {
      final Map<Integer, Map<String, Accuracy>> accuracies = new LinkedHashMap<>();
      final Inputs inputs = source.open();
      final State ours = State.zeros(type.element, GoldenTest.LENGTH);
      final State theirs = State.zeros(type.element, GoldenTest.LENGTH);
      inputs.params.accept(ours.params());
      System.arraycopy(ours.params(), 0, theirs.params(), 0, GoldenTest.LENGTH);
      final ExactRun<DD> exact = ExactRun.start(OURS, ours, STRIDE);
      for (int t = 1; t <= JUDGED.getLast(); t++) {
        inputs.grads.accept(ours.grads());
        System.arraycopy(ours.grads(), 0, theirs.grads(), 0, GoldenTest.LENGTH);
        exact.step(t, ours.grads());
        KERNEL.step(OURS.atStep(t), ours.slice());
        KERNEL.step(THEIRS.atStep(t), theirs.slice());
        if (JUDGED.contains(t)) {
          final Map<String, Accuracy> judged = new LinkedHashMap<>();
          judged.put(ADAMANT, exact.accuracy(ours));
          judged.put(LOOP, exact.accuracy(theirs));
          if (source == Source.RECORDED && GoldenTest.RECORDED.contains(t)) {
            assertSame(recorded(type, "adam_forloop", t), theirs);
            judged.put(FUSED, exact.accuracy(recorded(type, "adam_fused", t)));
          }
          accuracies.put(t, judged);
        }
      }
      return new Comparison(source, type, accuracies);
    }

    private static State recorded(Type type, String run, int t) {
      final State state = State.zeros(type.element, GoldenTest.LENGTH);
      try {
        type.read(run, t, List.of(state.params(), state.m(), state.v()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return state;
    }

    private static void assertSame(State recorded, State preset) {
      assertThat(preset.params()).isEqualTo(recorded.params());
      assertThat(preset.m()).isEqualTo(recorded.m());
      assertThat(preset.v()).isEqualTo(recorded.v());
    }

    void addTo(AccuracyTable table) {
      accuracies.forEach(
          (t, judged) -> judged.forEach(
              (who, a) -> table.add(
                  source.name().toLowerCase(Locale.ROOT),
                  type.element,
                  t,
                  who,
                  a.m().max(),
                  a.relativeV().max(),
                  a.relativeV().mean(),
                  a.p().max(),
                  a.p().mean(),
                  a.ownP().mean(),
                  a.absoluteP().mean())));
    }

    Accuracy last(String who) {
      return accuracies.get(JUDGED.getLast()).get(who);
    }
  }

  @Test
  void isFarMoreAccurateThanPyTorch() throws IOException {
    final List<Comparison> comparisons =
        Stream.of(Source.values())
            .flatMap(source -> Stream.of(Type.values()).map(type -> Map.entry(source, type)))
            .parallel()
            .map(pair -> Comparison.of(pair.getKey(), pair.getValue()))
            .toList();
    final AccuracyTable table =
        new AccuracyTable(
            "pytorch",
            "inputs",
            "type",
            "steps",
            "implementation",
            "m max ulp",
            "v max relative",
            "v mean relative",
            "p max ulp",
            "p mean ulp",
            "p mean own ulp",
            "p mean");
    comparisons.forEach(comparison -> comparison.addTo(table));
    table.assertCommitted(
        """
            Errors of the reference and of PyTorch on the same inputs: those of the recordings, and normal
            random gradients. m and p in ulp of the largest operand (`Oracle`), v in parts of its value,
            p also in ulp of its own value, which is small where terms cancel, and as it is.
            PyTorch's loop is `Adam.pytorch()`, which is bit-identical to the recorded one.
            """);
    final Comparison normal =
        comparisons.stream()
            .filter(it -> it.source == Source.NORMAL && it.type == Type.F32)
            .findFirst()
            .orElseThrow();
    final Accuracy ours = normal.last(ADAMANT);
    final Accuracy theirs = normal.last(LOOP);
    assertThat(ours.relativeV().max()).isLessThan(theirs.relativeV().max() / 5);
    assertThat(ours.p().mean()).isLessThan(theirs.p().mean() * 0.65);
    assertThat(ours.ownP().mean()).isLessThan(theirs.ownP().mean() * 0.65);
    assertThat(ours.absoluteP().mean()).isLessThan(theirs.absoluteP().mean() * 0.65);
  }
}
