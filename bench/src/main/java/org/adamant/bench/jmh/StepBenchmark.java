package org.adamant.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamStep;
import org.adamant.LaneWidth;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.StepArrays;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * One step over one array on one thread: the kernel at each lane width, and as baselines the plain loop, the same
 * loop in a JVM that does not vectorise by itself, the traffic loop and the divider loop. Each call takes the next
 * of {@link #STEPS} successive steps, so that the flush of tiny moments is measured, too.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 8, time = 250, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsPrepend = StepBenchmark.VECTOR_MODULE)
public class StepBenchmark {

  static final String VECTOR_MODULE = "--add-modules=jdk.incubator.vector";
  static final String NO_SUPERWORD = "-XX:-UseSuperWord";

  /** A period of the flush, so that one of the steps does it. */
  static final int STEPS = 64;

  /** The steps, in turn. */
  @State(Scope.Thread)
  public static class Steps {
    private final AdamStep[] steps = new AdamStep[STEPS];
    private int next;

    /** Steps from the middle of a training. */
    public Steps() {
      for (int i = 0; i < STEPS; i++) {
        steps[i] = Adam.defaults().atStep(1000 + i);
      }
    }

    AdamStep next() {
      return steps[next++ & STEPS - 1];
    }
  }

  /** The kernel under test. */
  @State(Scope.Thread)
  public static class Kernel {
    /** A lane width, or the preferred one. */
    @Param({"preferred", "SCALAR", "BITS_64", "BITS_128", "BITS_256", "BITS_512"})
    public String width;

    AdamKernel kernel;

    /** Finds the kernel. */
    @Setup
    public void find() {
      kernel = kernel(width);
    }
  }

  /** The kernel of a lane width, or the preferred one. */
  static AdamKernel kernel(String width) {
    return width.equals("preferred")
        ? AdamKernel.preferred()
        : AdamKernel.of(LaneWidth.valueOf(width));
  }

  /** The operands of the roots. */
  @State(Scope.Thread)
  public static class Roots {
    final float[] floats = new float[DividerLoop.ELEMENTS];
    final float[] floatResults = new float[DividerLoop.ELEMENTS];
    final double[] doubles = new double[DividerLoop.ELEMENTS];
    final double[] doubleResults = new double[DividerLoop.ELEMENTS];

    /** Second moments as they are in a training. */
    public Roots() {
      for (int i = 0; i < DividerLoop.ELEMENTS; i++) {
        doubles[i] = 1e-4 * (i + 1) / DividerLoop.ELEMENTS;
        floats[i] = (float) doubles[i];
      }
    }
  }

  /** Parameters, gradients and moments, the same in every fork. */
  @State(Scope.Thread)
  public abstract static class Arrays {

    /** Elements per array. */
    @Param({"1000", "16384", "262144", "4194304"})
    public int size;

    StepArrays all;

    void fill(Element element) {
      all = new StepArrays(element, size);
    }
  }

  /** In float. */
  @State(Scope.Thread)
  public static class Floats extends Arrays {
    float[] params;
    float[] grads;
    float[] m;
    float[] v;

    @Setup
    public void fill() {
      fill(Element.FLOAT);
      params = all.floats(Role.PARAMS);
      grads = all.floats(Role.GRADS);
      m = all.floats(Role.FIRST_MOMENT);
      v = all.floats(Role.SECOND_MOMENT);
    }
  }

  /** In double. */
  @State(Scope.Thread)
  public static class Doubles extends Arrays {
    double[] params;
    double[] grads;
    double[] m;
    double[] v;

    @Setup
    public void fill() {
      fill(Element.DOUBLE);
      params = all.doubles(Role.PARAMS);
      grads = all.doubles(Role.GRADS);
      m = all.doubles(Role.FIRST_MOMENT);
      v = all.doubles(Role.SECOND_MOMENT);
    }
  }

  /** The kernel on floats. */
  @Benchmark
  public void floatKernel(Kernel k, Steps s, Floats a) {
    k.kernel.step(s.next(), a.params, a.grads, a.m, a.v);
  }

  /** The plain loop on floats. */
  @Benchmark
  public void floatPlain(Steps s, Floats a) {
    PlainLoop.step(s.next(), a.params, a.grads, a.m, a.v);
  }

  /** The plain loop on floats, not vectorised. */
  @Benchmark
  @Fork(value = 1, jvmArgsPrepend = {VECTOR_MODULE, NO_SUPERWORD})
  public void floatUnvectorised(Steps s, Floats a) {
    PlainLoop.step(s.next(), a.params, a.grads, a.m, a.v);
  }

  /** The traffic loop on floats. */
  @Benchmark
  public void floatTraffic(Floats a) {
    TrafficLoop.step(0.999f, a.params, a.grads, a.m, a.v);
  }

  /** Root and division alone, as many as in a step, on floats. */
  @Benchmark
  public void floatDivider(Roots r, Floats a) {
    DividerLoop.run(a.size, r.floats, r.floatResults);
  }

  /** The kernel on doubles. */
  @Benchmark
  public void doubleKernel(Kernel k, Steps s, Doubles a) {
    k.kernel.step(s.next(), a.params, a.grads, a.m, a.v);
  }

  /** The plain loop on doubles. */
  @Benchmark
  public void doublePlain(Steps s, Doubles a) {
    PlainLoop.step(s.next(), a.params, a.grads, a.m, a.v);
  }

  /** The plain loop on doubles, not vectorised. */
  @Benchmark
  @Fork(value = 1, jvmArgsPrepend = {VECTOR_MODULE, NO_SUPERWORD})
  public void doubleUnvectorised(Steps s, Doubles a) {
    PlainLoop.step(s.next(), a.params, a.grads, a.m, a.v);
  }

  /** The traffic loop on doubles. */
  @Benchmark
  public void doubleTraffic(Doubles a) {
    TrafficLoop.step(0.999, a.params, a.grads, a.m, a.v);
  }

  /** Root and division alone, as many as in a step, on doubles. */
  @Benchmark
  public void doubleDivider(Roots r, Doubles a) {
    DividerLoop.run(a.size, r.doubles, r.doubleResults);
  }
}
