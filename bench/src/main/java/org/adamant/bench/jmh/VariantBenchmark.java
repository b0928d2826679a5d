package org.adamant.bench.jmh;

import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.adamant.AdamModel;
import org.adamant.AdamStep;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.StepArrays;
import org.adamant.bench.support.StepArrays.DoubleLoop;
import org.adamant.bench.support.StepArrays.FloatLoop;
import org.adamant.bench.support.StepArrays.Role;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The variants of a step, on one thread or several. The baselines are the plain loop of the basic step and the
 * traffic of a variant's arrays. They do the same work in equal parts, each thread on its own arrays.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 8, time = 250, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsPrepend = StepBenchmark.VECTOR_MODULE)
public class VariantBenchmark {

  /** The steps of a variant, in turn. */
  @State(Scope.Benchmark)
  public static class Steps {

    /** What a step does. */
    @Param
    public StepVariant variant;

    private final AdamStep[] steps = new AdamStep[StepBenchmark.STEPS];
    private int next;

    /** Steps from the middle of a training. */
    @Setup
    public void prepare() {
      for (int i = 0; i < steps.length; i++) {
        steps[i] = variant.step(1000 + i);
      }
    }

    AdamStep next() {
      return steps[next++ & steps.length - 1];
    }
  }

  /** Threads, the calling one included. */
  @State(Scope.Benchmark)
  public static class Team {

    /** How many there are. */
    @Param("1")
    public int threads;

    private ForkJoinPool pool;

    @Setup
    public void hire() {
      pool = new ForkJoinPool(threads);
    }

    @TearDown
    public void dismiss() {
      pool.close();
    }

    /** Arrays for each thread, with this size together. */
    StepArrays[] arrays(Element element, int size, boolean hasFifth) {
      final StepArrays[] parts =
          IntStream.range(0, threads)
              .map(i -> (int) ((i + 1L) * size / threads - (long) i * size / threads))
              .mapToObj(length -> new StepArrays(element, length, 0, 0, 1, hasFifth))
              .toArray(StepArrays[]::new);
      StepArrays.settle();
      return parts;
    }

    /** Runs all parts, the first on the calling thread. */
    void run(Runnable[] parts) {
      final var others = Arrays.stream(parts).skip(1).map(pool::submit).toList();
      parts[0].run();
      others.forEach(task -> task.join());
    }
  }

  /** A model of one slice. */
  @State(Scope.Benchmark)
  public abstract static class Model {

    /** Elements in all. */
    @Param({"16384", "262144", "4194304"})
    public int size;

    StepArrays arrays;
    AdamModel model;

    void fill(Element element, StepVariant variant) {
      arrays = new StepArrays(element, size, 0, 0, 1, variant.hasFifth());
      StepArrays.settle();
      model = AdamModel.of(variant.slice(arrays));
    }
  }

  /** Of floats. */
  @State(Scope.Benchmark)
  public static class FloatModel extends Model {

    @Setup
    public void fill(Steps s) {
      fill(Element.FLOAT, s.variant);
    }
  }

  /** Of doubles. */
  @State(Scope.Benchmark)
  public static class DoubleModel extends Model {

    @Setup
    public void fill(Steps s) {
      fill(Element.DOUBLE, s.variant);
    }
  }

  /** Loops over arrays of their own, one for each thread. */
  @State(Scope.Benchmark)
  public abstract static class Loops {

    /** Elements in all. */
    @Param({"16384", "262144", "4194304"})
    public int size;

    StepArrays[] parts;
    Runnable[] loops;

    private static Runnable plain(StepArrays a) {
      final StepBenchmark.Steps steps = new StepBenchmark.Steps();
      final FloatLoop floats = (p, g, m, v) -> PlainLoop.step(steps.next(), p, g, m, v);
      final DoubleLoop doubles = (p, g, m, v) -> PlainLoop.step(steps.next(), p, g, m, v);
      return () -> a.run(floats, doubles);
    }

    private static Runnable traffic(StepArrays a) {
      if (a.get(Role.AVERAGE) == null) {
        return () -> a.run(
            (p, g, m, v) -> TrafficLoop.step(0.999f, p, g, m, v),
            (p, g, m, v) -> TrafficLoop.step(0.999, p, g, m, v));
      }
      final FloatLoop floats =
          (p, g, m, v) -> TrafficLoop.step(0.999f, p, g, m, v, a.floats(Role.AVERAGE));
      final DoubleLoop doubles =
          (p, g, m, v) -> TrafficLoop.step(0.999, p, g, m, v, a.doubles(Role.AVERAGE));
      return () -> a.run(floats, doubles);
    }

    void fillPlain(Element element, Team team) {
      parts = team.arrays(element, size, false);
      loops = Arrays.stream(parts).map(Loops::plain).toArray(Runnable[]::new);
    }

    void fillTraffic(Element element, Team team, StepVariant variant) {
      parts = team.arrays(element, size, variant.hasFifth());
      loops = Arrays.stream(parts).map(Loops::traffic).toArray(Runnable[]::new);
    }
  }

  /** The plain loop on floats. */
  @State(Scope.Benchmark)
  public static class FloatPlain extends Loops {

    @Setup
    public void fill(Team team) {
      fillPlain(Element.FLOAT, team);
    }
  }

  /** The plain loop on doubles. */
  @State(Scope.Benchmark)
  public static class DoublePlain extends Loops {

    @Setup
    public void fill(Team team) {
      fillPlain(Element.DOUBLE, team);
    }
  }

  /** The traffic loop on floats. */
  @State(Scope.Benchmark)
  public static class FloatTraffic extends Loops {

    @Setup
    public void fill(Team team, Steps s) {
      fillTraffic(Element.FLOAT, team, s.variant);
    }
  }

  /** The traffic loop on doubles. */
  @State(Scope.Benchmark)
  public static class DoubleTraffic extends Loops {

    @Setup
    public void fill(Team team, Steps s) {
      fillTraffic(Element.DOUBLE, team, s.variant);
    }
  }

  @Benchmark
  public long floatKernel(StepBenchmark.Kernel k, Steps s, Team team, FloatModel a) {
    return k.kernel.step(s.next(), a.model, team.pool, team.threads);
  }

  @Benchmark
  public void floatPlain(Team team, FloatPlain a) {
    team.run(a.loops);
  }

  @Benchmark
  public void floatTraffic(Team team, FloatTraffic a) {
    team.run(a.loops);
  }

  @Benchmark
  public long doubleKernel(StepBenchmark.Kernel k, Steps s, Team team, DoubleModel a) {
    return k.kernel.step(s.next(), a.model, team.pool, team.threads);
  }

  @Benchmark
  public void doublePlain(Team team, DoublePlain a) {
    team.run(a.loops);
  }

  @Benchmark
  public void doubleTraffic(Team team, DoubleTraffic a) {
    team.run(a.loops);
  }
}
