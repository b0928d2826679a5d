package org.adamant.bench.jmh;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.adamant.AdamSlice;
import org.adamant.Format;
import org.adamant.Storage;
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

/**
 * The basic step in float where the operands lie nearly a multiple of 4,096 bytes apart, as the compacting collectors
 * leave arrays of such lengths: a processor may take a load to be of what was just stored to another array.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsPrepend = StepBenchmark.VECTOR_MODULE)
public class AddressBenchmark {

  static final int PAGE = 4096;

  private static final int OPERANDS = 4;

  /** Four operands in one array. */
  @State(Scope.Thread)
  public static class Operands {

    /** Elements of each, of a length that leaves room before the next page. */
    @Param({"1000", "16320"})
    public int size;

    /** By how many bytes more than whole pages an operand begins after the one before it; 680 keeps them apart. */
    @Param({"680", "-80", "16", "48", "80"})
    public int beyond;

    /** Which operand comes first, second and so on: params, grads, m and v by their first letters. */
    @Param({"pgmv", "vmgp", "gmvp", "mpvg", "vpgm", "mgpv"})
    public String order;

    /** The array, between the elements of the operands too. */
    float[] all;

    AdamSlice slice;

    @Setup
    public void fill(StepBenchmark.Kernel k) {
      final int distance = Math.ceilDiv(size * Float.BYTES, PAGE) * PAGE + beyond;
      if (distance < size * Float.BYTES) {
        throw new IllegalArgumentException(
            "beyond = " + beyond + ": expected operands of " + size + " elements not to overlap");
      }
      all = new float[OPERANDS * distance / Float.BYTES];
      for (int i = 0; i < all.length; i++) {
        all[i] = 0.5f + i % 97 / 97f;
      }
      slice =
          AdamSlice.of(
              operand('p', distance), operand('g', distance), operand('m', distance),
              operand('v', distance));
      StorageBenchmark.awaitSwitch(k.kernel, slice);
    }

    private Storage operand(char letter, int distance) {
      final int place = order.indexOf(letter);
      if (place < 0) {
        throw new IllegalArgumentException(
            "order = " + order + ": expected the letters p, g, m, v");
      }
      return Storage.of(
          MemorySegment.ofArray(all)
              .asSlice((long) place * distance, (long) size * Float.BYTES),
          Format.FLOAT32);
    }
  }

  @Benchmark
  public long floatKernel(StepBenchmark.Kernel k, StepBenchmark.Steps s, Operands o) {
    return k.kernel.step(s.next(), o.slice);
  }
}
