package org.adamant.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.adamant.AdamKernel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The first step of a fresh JVM, with nothing compiled and the kernel not yet chosen; one step in each fork. JMH's
 * profiler {@code mempool} adds the peak of its memory.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(value = 5, jvmArgsPrepend = StepBenchmark.VECTOR_MODULE)
public class FirstStepBenchmark {

  /** The name of the kernel. */
  @State(Scope.Thread)
  public static class Width {
    /** A lane width, or the preferred one. */
    @Param({"preferred", "SCALAR", "BITS_64", "BITS_128", "BITS_256", "BITS_512"})
    public String width;
  }

  /** Finds the kernel and steps floats. */
  @Benchmark
  public AdamKernel floatKernel(Width w, StepBenchmark.Steps s, StepBenchmark.Floats a) {
    final AdamKernel kernel = StepBenchmark.kernel(w.width);
    kernel.step(s.next(), a.params, a.grads, a.m, a.v);
    return kernel;
  }

  /** The plain loop on floats. */
  @Benchmark
  public void floatPlain(StepBenchmark.Steps s, StepBenchmark.Floats a) {
    PlainLoop.step(s.next(), a.params, a.grads, a.m, a.v);
  }

  /** Finds the kernel and steps doubles. */
  @Benchmark
  public AdamKernel doubleKernel(Width w, StepBenchmark.Steps s, StepBenchmark.Doubles a) {
    final AdamKernel kernel = StepBenchmark.kernel(w.width);
    kernel.step(s.next(), a.params, a.grads, a.m, a.v);
    return kernel;
  }

  /** The plain loop on doubles. */
  @Benchmark
  public void doublePlain(StepBenchmark.Steps s, StepBenchmark.Doubles a) {
    PlainLoop.step(s.next(), a.params, a.grads, a.m, a.v);
  }
}
