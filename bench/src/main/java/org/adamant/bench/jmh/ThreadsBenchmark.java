package org.adamant.bench.jmh;

import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.adamant.AdamModel;
import org.adamant.AdamSlice;
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
 * One step over one array on several threads. The baselines do the same work in equal parts, each thread
 * on arrays of its own.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 8, time = 250, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsPrepend = StepBenchmark.VECTOR_MODULE)
public class ThreadsBenchmark {

  /** For JMH. */
  public ThreadsBenchmark() {}

  /** Threads, the calling one included. */
  @State(Scope.Benchmark)
  public static class Team {
    /** How many there are. */
    @Param({"1", "2"})
    public int threads;

    private ForkJoinPool pool;

    /** For JMH. */
    public Team() {}

    /** Hires them. */
    @Setup
    public void hire() {
      pool = new ForkJoinPool(threads);
    }

    /** Dismisses them. */
    @TearDown
    public void dismiss() {
      pool.close();
    }

    /** How long each thread's part is. */
    int[] parts(int size) {
      return IntStream.range(0, threads)
          .map(i -> (int) ((i + 1L) * size / threads - (long) i * size / threads))
          .toArray();
    }

    /** Runs all parts, the first on the calling thread. */
    void run(Runnable[] parts) {
      final var others =
          Arrays.stream(parts).skip(1).map(pool::submit).toList();
      parts[0].run();
      others.forEach(task -> task.join());
    }
  }

  /** A model of floats, and as many floats in parts. */
  @State(Scope.Benchmark)
  public static class Floats {
    /** Elements in all. */
    @Param({"16384", "262144", "4194304"})
    public int size;

    StepBenchmark.Floats whole;
    AdamModel model;
    StepBenchmark.Floats[] parts;
    Runnable[] plain;
    Runnable[] traffic;

    /** For JMH. */
    public Floats() {}

    /**
     * Fills the arrays.
     *
     * @param team the threads
     */
    @Setup
    public void fill(Team team) {
      whole = floats(size);
      model = AdamModel.of(AdamSlice.of(whole.params, whole.grads, whole.m, whole.v));
      parts =
          IntStream.of(team.parts(size))
              .mapToObj(Floats::floats)
              .toArray(StepBenchmark.Floats[]::new);
      plain = Arrays.stream(parts).map(Floats::plain).toArray(Runnable[]::new);
      traffic = Arrays.stream(parts).map(Floats::traffic).toArray(Runnable[]::new);
    }

    private static StepBenchmark.Floats floats(int size) {
      final StepBenchmark.Floats floats = new StepBenchmark.Floats();
      floats.size = size;
      floats.fill();
      return floats;
    }

    private static Runnable plain(StepBenchmark.Floats a) {
      final StepBenchmark.Steps steps = new StepBenchmark.Steps();
      return () -> PlainLoop.step(steps.next(), a.params, a.grads, a.m, a.v);
    }

    private static Runnable traffic(StepBenchmark.Floats a) {
      return () -> TrafficLoop.step(0.999f, a.params, a.grads, a.m, a.v);
    }
  }

  /** A model of doubles, and as many doubles in parts. */
  @State(Scope.Benchmark)
  public static class Doubles {
    /** Elements in all. */
    @Param({"16384", "262144", "4194304"})
    public int size;

    StepBenchmark.Doubles whole;
    AdamModel model;
    StepBenchmark.Doubles[] parts;
    Runnable[] plain;
    Runnable[] traffic;

    /** For JMH. */
    public Doubles() {}

    /**
     * Fills the arrays.
     *
     * @param team the threads
     */
    @Setup
    public void fill(Team team) {
      whole = doubles(size);
      model = AdamModel.of(AdamSlice.of(whole.params, whole.grads, whole.m, whole.v));
      parts =
          IntStream.of(team.parts(size))
              .mapToObj(Doubles::doubles)
              .toArray(StepBenchmark.Doubles[]::new);
      plain = Arrays.stream(parts).map(Doubles::plain).toArray(Runnable[]::new);
      traffic = Arrays.stream(parts).map(Doubles::traffic).toArray(Runnable[]::new);
    }

    private static StepBenchmark.Doubles doubles(int size) {
      final StepBenchmark.Doubles doubles = new StepBenchmark.Doubles();
      doubles.size = size;
      doubles.fill();
      return doubles;
    }

    private static Runnable plain(StepBenchmark.Doubles a) {
      final StepBenchmark.Steps steps = new StepBenchmark.Steps();
      return () -> PlainLoop.step(steps.next(), a.params, a.grads, a.m, a.v);
    }

    private static Runnable traffic(StepBenchmark.Doubles a) {
      return () -> TrafficLoop.step(0.999, a.params, a.grads, a.m, a.v);
    }
  }

  /** The kernel on floats. */
  @Benchmark
  public long floatKernel(
      StepBenchmark.Kernel k, StepBenchmark.Steps s, Team team, Floats a) {
    return k.kernel.step(s.next(), a.model, team.pool, team.threads);
  }

  /** The plain loop on floats. */
  @Benchmark
  public void floatPlain(Team team, Floats a) {
    team.run(a.plain);
  }

  /** The traffic loop on floats. */
  @Benchmark
  public void floatTraffic(Team team, Floats a) {
    team.run(a.traffic);
  }

  /** The kernel on doubles. */
  @Benchmark
  public long doubleKernel(
      StepBenchmark.Kernel k, StepBenchmark.Steps s, Team team, Doubles a) {
    return k.kernel.step(s.next(), a.model, team.pool, team.threads);
  }

  /** The plain loop on doubles. */
  @Benchmark
  public void doublePlain(Team team, Doubles a) {
    team.run(a.plain);
  }

  /** The traffic loop on doubles. */
  @Benchmark
  public void doubleTraffic(Team team, Doubles a) {
    team.run(a.traffic);
  }
}
