package org.adamant.bench.jmh;

import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;
import org.adamant.bench.support.Element;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;
import org.adamant.training.StepReport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A step of an optimizer on 1 % of the rows of a table, other ones at each step, and a step on the whole table. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 8, time = 1)
@Measurement(iterations = 8, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsPrepend = StepBenchmark.VECTOR_MODULE)
public class SparseRowsBenchmark {

  /** Of how many rows one has a gradient. */
  static final int SHARE = 100;

  /** Choices of rows; together they are all rows, so that few are in a cache. */
  private static final int CHOICES = 200;

  private static final String NAME = "table";

  /** Which elements have a gradient, and what the others do. */
  public enum Gradient {
    /** All elements. */
    DENSE,
    /** Some rows; the others stay as they are. */
    LAZY,
    /** Some rows, each with a t of its own. */
    LAZY_WITH_COUNTERS,
    /** Some rows; the others catch up when it is their turn. */
    EXACT;

    AdamOptimizer optimizer() {
      final AdamOptimizer.Builder builder = AdamOptimizer.builder(Adam.defaults());
      return switch (this) {
        case DENSE, LAZY -> builder.build();
        case LAZY_WITH_COUNTERS -> builder.sparseWithCounters().build();
        case EXACT -> builder.sparse(SparseMode.EXACT).build();
      };
    }
  }

  /** The table and its gradients, the same in every fork. */
  @State(Scope.Thread)
  public static class Table {

    /** Which elements have a gradient. */
    @Param
    public Gradient gradient;

    /** Rows of the table, as many as GPT-2 has words. */
    @Param("50257")
    public int rows;

    /** Elements of a row. */
    @Param({"64", "768"})
    public int rowLength;

    Map<String, Object> params;
    Map<String, Object>[] gradients;
    AdamOptimizer optimizer;
    int next;

    @Setup
    @SuppressWarnings({"unchecked", "rawtypes"})
    public void fill() {
      final Random random = new Random(1);
      params = Map.of(NAME, Element.FLOAT.random(rows * rowLength, 0.5, 1));
      optimizer = gradient.optimizer();
      if (gradient == Gradient.DENSE) {
        gradients = new Map[] {Map.of(NAME, Element.FLOAT.random(rows * rowLength, 0.5, 2))};
        return;
      }
      final int some = Math.max(1, rows / SHARE);
      final float[] values = (float[]) Element.FLOAT.random(some * rowLength, 0.5, 2);
      gradients = new Map[CHOICES];
      for (int i = 0; i < CHOICES; i++) {
        final int[] chosen = random.ints(0, rows).distinct().limit(some).toArray();
        gradients[i] = Map.of(NAME, SparseRows.of(chosen, values, rowLength));
      }
    }
  }

  @Benchmark
  public StepReport step(Table table) {
    table.next = (table.next + 1) % table.gradients.length;
    return table.optimizer.step(table.params, table.gradients[table.next]);
  }
}
