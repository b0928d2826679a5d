package org.adamant.bench.jmh;

import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.bench.support.StepStorages;
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

/** The basic step in float on one thread, over operands in arrays and native memory, in all formats. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 8, time = 250, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsPrepend = StepBenchmark.VECTOR_MODULE)
public class StorageBenchmark {

  private static final int FEW = 10_000;
  private static final long PATIENCE_NANOS = 20_000_000_000L;
  private static final Pattern WAITING = Pattern.compile("; (\\d+) of the (?!\\1 )\\d+ loops");

  /** The operands, the same in every fork. */
  @State(Scope.Thread)
  public static class Operands {

    /** Where they lie, and how they are written. */
    @Param
    public StepStorage storage;

    /** Elements of each. */
    @Param({"1000", "16384", "262144", "4194304", "33554432"})
    public int size;

    StepStorages all;
    AdamSlice slice;

    @Setup
    public void fill(StepBenchmark.Kernel k) {
      awaitSwitch(k.kernel, storage);
      all = storage.operands(size);
      slice = storage.slice(all);
    }
  }

  /**
   * Steps few elements until the preferred kernel has switched to its SIMD loop. On a busy machine, or over many
   * elements, that takes longer than a warm-up, and before it a step may take a hundred times as long.
   */
  static void awaitSwitch(AdamKernel kernel, StepStorage storage) {
    awaitSwitch(kernel, storage.slice(storage.operands(FEW)));
  }

  /** Steps a slice until the preferred kernel has switched to its SIMD loop. */
  static void awaitSwitch(AdamKernel kernel, AdamSlice few) {
    final AdamStep step = Adam.defaults().atStep(1);
    final long start = System.nanoTime();
    do {
      kernel.step(step, few);
    } while (isWaiting(kernel.explanation()) && System.nanoTime() - start < PATIENCE_NANOS);
  }

  /** Whether fewer loops have switched than were used. */
  static boolean isWaiting(String explanation) {
    return WAITING.matcher(explanation).find();
  }

  @Benchmark
  public long floatKernel(StepBenchmark.Kernel k, StepBenchmark.Steps s, Operands o) {
    return k.kernel.step(s.next(), o.slice);
  }
}
