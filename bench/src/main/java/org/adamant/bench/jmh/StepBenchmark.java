package org.adamant.bench.jmh;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamStep;
import org.adamant.LaneWidth;
import org.adamant.bench.support.Spacers;
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
 * One step over one array on one thread: the kernel at each lane width, and as baselines the plain loop,
 * the same loop in a JVM that does not vectorise by itself, the traffic loop and the divider loop. Each call
 * takes the next of {@link #STEPS} successive steps, so that the flush of tiny moments is part of what is
 * measured. The arrays are kept apart by {@link Spacers}.
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

  private static final long SEED = 20141222;

  /** For JMH. */
  public StepBenchmark() {}

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

    /** For JMH. */
    public Kernel() {}

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

  /** What roots are taken of. */
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

  /** Parameters, gradients and moments in float. */
  @State(Scope.Thread)
  public static class Floats {
    /** Elements per array. */
    @Param({"1000", "16384", "262144", "4194304"})
    public int size;

    float[] params;
    float[] grads;
    float[] m;
    float[] v;

    private final Spacers spacers = new Spacers();

    /** For JMH. */
    public Floats() {}

    /** Ordinary values, the same in every fork. */
    @Setup
    public void fill() {
      final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
      params = new float[size];
      spacers.next();
      grads = new float[size];
      spacers.next();
      m = new float[size];
      spacers.next();
      v = new float[size];
      for (int i = 0; i < size; i++) {
        params[i] = (float) random.nextGaussian();
        grads[i] = (float) (0.01 * random.nextGaussian());
      }
      spacers.settle();
    }
  }

  /** Parameters, gradients and moments in double. */
  @State(Scope.Thread)
  public static class Doubles {
    /** Elements per array. */
    @Param({"1000", "16384", "262144", "4194304"})
    public int size;

    double[] params;
    double[] grads;
    double[] m;
    double[] v;

    private final Spacers spacers = new Spacers();

    /** For JMH. */
    public Doubles() {}

    /** Ordinary values, the same in every fork. */
    @Setup
    public void fill() {
      final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
      params = new double[size];
      spacers.next();
      grads = new double[size];
      spacers.next();
      m = new double[size];
      spacers.next();
      v = new double[size];
      for (int i = 0; i < size; i++) {
        params[i] = random.nextGaussian();
        grads[i] = 0.01 * random.nextGaussian();
      }
      spacers.settle();
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
