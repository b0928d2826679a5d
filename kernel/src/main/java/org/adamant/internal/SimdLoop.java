package org.adamant.internal;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.SQRT;
import static jdk.incubator.vector.VectorOperators.ULT;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The SIMD loop, once for all element types, lane widths and variants: the operations of {@link
 * ReferenceLoop} in the same order, each on all lanes. Every one of them (fma, sub, add, mul, div,
 * sqrt) is correctly rounded by IEEE 754, so each lane gets the bits of the reference; a root computed
 * in another way, see {@link FmaRoot}, is shown to be. What is left
 * over at the end of a slice is done by the reference itself; it may not be covered by a last vector
 * that overlaps the one before, because a step done twice is not a step done once.
 *
 * <p>This class is a template: it is never initialised itself, {@link Specialiser} defines it again as
 * a hidden class for each {@link Specialisation}. The build expands the private static methods in {@code
 * stepVectors} (see {@code kernel/src/build/Expand.java}): C2 stops inlining where a loop has become large, and
 * would allocate the vectors that go through the others. The species must be a constant: from an instance field
 * the loop runs at half the speed, as a parameter 73 times slower.
 */
// Vector<Number> stands for FloatVector and DoubleVector alike; which one, the constants say.
@SuppressWarnings("unchecked")
final class SimdLoop extends Loop {

  private static final Specialisation CONSTANTS = Specialiser.constants(MethodHandles.lookup());
  private static final boolean FLOAT = CONSTANTS.element() == Specialisation.Element.FLOAT;
  private static final Variant VARIANT = CONSTANTS.variant();
  private static final boolean PYTORCH = VARIANT.arithmetic() == Variant.Arithmetic.PYTORCH;
  private static final boolean SCALES = VARIANT.scales();
  private static final boolean CLIPS = VARIANT.clips();
  private static final boolean MAXIMIZES = VARIANT.maximizes();
  private static final boolean L2 = VARIANT.decay() == Variant.Decay.L2;
  private static final boolean DECOUPLED = VARIANT.decay() == Variant.Decay.DECOUPLED;
  private static final boolean DECAYS = L2 || DECOUPLED;
  private static final boolean GRADIENT_FIRST =
      FLOAT ? VARIANT.floatGradientFirst() : VARIANT.gradientFirst();
  private static final boolean SQUARE_FIRST = VARIANT.squareFirst();
  private static final boolean MAXIMUM = VARIANT.maximum() != Variant.Maximum.NONE;
  private static final boolean CORRECTED = VARIANT.maximum() == Variant.Maximum.CORRECTED;
  private static final boolean ROOT_EPSILON = VARIANT.rootEpsilon();
  private static final boolean NESTEROV = VARIANT.nesterov();
  private static final boolean UPDATE_ONLY = VARIANT.updateOnly();
  private static final boolean AVERAGES = VARIANT.averages();
  private static final boolean ZEROES_GRADIENT = VARIANT.zeroesGradient();
  private static final VectorShape SHAPE = VectorShape.forBitSize(CONSTANTS.laneBits());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, SHAPE);
  // As many floats as there are doubles in a vector; not used at 64 bits, where that is one.
  private static final VectorSpecies<Float> HALF_FLOATS =
      VectorSpecies.of(
          float.class, VectorShape.forBitSize(Math.max(64, CONSTANTS.laneBits() / 2)));
  private static final int LANES = FLOAT ? FLOATS.length() : DOUBLES.length();
  private static final boolean FMA_ROOT = CONSTANTS.rootsByFma();
  private static final int FMA_VECTORS = (FmaRoot.SHARE - 1) * LANES;
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, SHAPE);
  private static final Loop TAIL = Specialiser.loop(CONSTANTS.scalar());

  // Not final: what the compiler knows to be constant it keeps in memory, and loads from there at each
  // use. That is up to eight loads more per vector, and was 8 % of a step.
  private double half = 0.5;
  private long seed = FmaRoot.SEED;
  private long lowest = FmaRoot.LOWEST;
  private long range = FmaRoot.RANGE;

  SimdLoop() {}

  @Override
  void block(
      Coefficients c,
      Object params,
      Object grads,
      Object m,
      Object v,
      Object max,
      Object average,
      int from,
      int to) {
    final int end = endOfVectors(from, to);
    if (from < end) {
      stepVectors(c, params, grads, m, v, max, average, from, end);
    }
    if (end < to) {
      TAIL.block(c, params, grads, m, v, max, average, end, to);
    }
  }

  /** The end of the last whole vector. */
  private static int endOfVectors(int from, int to) {
    return from + ((to - from) & -LANES);
  }

  private void stepVectors(
      Coefficients c,
      Object params,
      Object grads,
      Object m,
      Object v,
      Object max,
      Object average,
      int from,
      int end) {
    final Vector<Number> gradientScale = SCALES ? broadcast(c.gradientScale()) : null;
    final Vector<Number> clip = CLIPS ? broadcast(c.clip()) : null;
    final Vector<Number> decay = DECAYS ? broadcast(c.decay()) : null;
    final Vector<Number> decayFactor = DECOUPLED && PYTORCH ? broadcast(c.decayFactor()) : null;
    final Vector<Number> w1 = broadcast(momentWeight(c.firstMomentWeight(), GRADIENT_FIRST));
    final Vector<Number> w2 = broadcast(momentWeight(c.secondMomentWeight(), SQUARE_FIRST));
    final Vector<Number> beta2 = PYTORCH ? broadcast(c.beta2()) : null;
    final Vector<Number> varianceScale =
        CORRECTED || ROOT_EPSILON ? broadcast(c.varianceScale()) : null;
    final Vector<Number> rootEpsilon = ROOT_EPSILON ? broadcast(c.rootEpsilon()) : null;
    final Vector<Number> rootScale = broadcast(c.rootScale());
    final Vector<Number> epsilon = broadcast(c.epsilon());
    final Vector<Number> momentStep = broadcast(c.momentStep());
    final Vector<Number> gradientStep = NESTEROV ? broadcast(c.gradientStep()) : null;
    final Vector<Number> averageWeight = AVERAGES ? broadcast(c.averageWeight()) : null;
    final Vector<Number> zero = broadcast(0);
    final DoubleVector half = FMA_ROOT ? DoubleVector.broadcast(DOUBLES, this.half) : null;
    final LongVector seed = FMA_ROOT ? LongVector.broadcast(LONGS, this.seed) : null;
    final LongVector lowest = FMA_ROOT ? LongVector.broadcast(LONGS, this.lowest) : null;
    final LongVector range = FMA_ROOT ? LongVector.broadcast(LONGS, this.range) : null;
    for (int i = from; i < end; i += LANES) {
      Vector<Number> p = load(params, i);
      Vector<Number> g = load(grads, i);
      final Vector<Number> m0 = load(m, i);
      final Vector<Number> v0 = load(v, i);

      if (SCALES) {
        g = g.mul(gradientScale);
      }
      if (CLIPS) {
        g = g.min(clip).max(clip.neg());
      }
      if (MAXIMIZES) {
        g = g.neg();
      }
      if (L2) {
        g = decay.lanewise(FMA, p, g);
      }
      if (DECOUPLED && !UPDATE_ONLY) {
        p = PYTORCH ? p.mul(decayFactor) : decay.lanewise(FMA, p, p);
      }

      final Vector<Number> m1 = w1.lanewise(FMA, g.sub(m0), GRADIENT_FIRST ? g : m0);
      final Vector<Number> v1;
      if (PYTORCH) {
        v1 = w2.mul(g).lanewise(FMA, g, v0.mul(beta2));
      } else if (SQUARE_FIRST) {
        final Vector<Number> square = g.mul(g);
        v1 = w2.lanewise(FMA, square.sub(v0), square);
      } else {
        // The difference is -v0 but for the sign of zero, which is lost in the sum; a negation takes its
        // mask from memory, each time across two cache lines.
        v1 = w2.lanewise(FMA, g.lanewise(FMA, g, zero.sub(v0)), v0);
      }

      final Vector<Number> n =
          NESTEROV ? momentStep.lanewise(FMA, m1, gradientStep.mul(g)) : momentStep.mul(m1);
      store(m, i, m1);
      store(v, i, v1);

      Vector<Number> s = v1;
      if (CORRECTED) {
        s = s.mul(varianceScale);
      }
      if (MAXIMUM) {
        s = load(max, i).max(s);
        store(max, i, s);
      }
      if (ROOT_EPSILON) {
        s = CORRECTED ? s.add(rootEpsilon) : s.lanewise(FMA, varianceScale, rootEpsilon);
      }
      final Vector<Number> root =
          FMA_ROOT
              && (i & FMA_VECTORS) == FMA_VECTORS
              && s.reinterpretAsLongs().sub(lowest).compare(ULT, range).allTrue()
                  ? rootByFma(s, zero, half, seed)
                  : s.lanewise(SQRT);
      final Vector<Number> d =
          PYTORCH ? root.div(rootScale).add(epsilon) : root.lanewise(FMA, rootScale, epsilon);

      final Vector<Number> update = n.div(d);
      if (UPDATE_ONLY) {
        store(grads, i, DECOUPLED ? decay.lanewise(FMA, p, update) : update);
      } else {
        final Vector<Number> p1 = p.add(update);
        store(params, i, p1);
        if (AVERAGES) {
          final Vector<Number> a = load(average, i);
          store(average, i, averageWeight.lanewise(FMA, p1.sub(a), a));
        }
        if (ZEROES_GRADIENT) {
          store(grads, i, zero);
        }
      }
    }
  }

  /** The root by multiplications, see {@link FmaRoot}. */
  private static Vector<Number> rootByFma(
      Vector<Number> s, Vector<Number> zero, DoubleVector half, LongVector seed) {
    final DoubleVector minusS = zero.sub(s).reinterpretAsDoubles();
    DoubleVector y = seed.sub(s.reinterpretAsLongs().lanewise(LSHR, 1)).reinterpretAsDoubles();
    DoubleVector x = minusS.mul(y.add(y));
    for (int round = 0; round < FmaRoot.ROUNDS; round++) {
      final DoubleVector r = x.lanewise(FMA, y, half);
      x = x.lanewise(FMA, r, x);
      y = y.lanewise(FMA, r, y);
    }
    return (Vector<Number>) (Vector<?>) x.lanewise(FMA, x, minusS).lanewise(FMA, y, x);
  }

  @Override
  void flush(Object m, Object v, int from, int to) {
    TAIL.flush(m, v, from, to);
  }

  @Override
  long countInBlock(Object array, int from, int to) {
    final int end = endOfVectors(from, to);
    long count = 0;
    if (from < end) {
      count += countInVectors(array, from, end);
    }
    if (end < to) {
      count += TAIL.countInBlock(array, end, to);
    }
    return count;
  }

  private static long countInVectors(Object array, int from, int end) {
    final Vector<Number> exponent =
        broadcastBits(
            FLOAT ? ReferenceLoop.FLOAT_EXPONENT : ReferenceLoop.DOUBLE_EXPONENT);
    final Vector<Number> lowest =
        broadcastBits(
            FLOAT ? ReferenceLoop.FLOAT_LOWEST_EXPONENT : ReferenceLoop.DOUBLE_LOWEST_EXPONENT);
    final int sign = FLOAT ? Integer.SIZE - 1 : Long.SIZE - 1;
    Vector<Number> count = broadcastBits(0);
    for (int i = from; i < end; i += LANES) {
      count =
          count.add(loadBits(array, i).lanewise(AND, exponent).add(lowest).lanewise(LSHR, sign));
    }
    return count.reduceLanesToLong(ADD);
  }

  @Override
  void addSquares(double[] sums, Object array, double scale, int from, int to) {
    // Whole rounds over the sums; the rest by the reference, on top of what is there.
    final int end = DOUBLES.length() == 1 ? from : from + ((to - from) & -SUMS);
    if (from < end) {
      addSquaresOfVectors(sums, array, scale, from, end);
    }
    if (end < to) {
      TAIL.addSquares(sums, array, scale, end, to);
    }
  }

  private static void addSquaresOfVectors(
      double[] sums, Object array, double scale, int from, int end) {
    final int lanes = DOUBLES.length();
    for (int sum = 0; sum < SUMS; sum += 2 * lanes) {
      // Two at a time, so that one addition need not wait for the other.
      DoubleVector first = DoubleVector.zero(DOUBLES);
      DoubleVector second = first;
      // Counted from the beginning, as at the end of the longest arrays the index would overflow.
      for (int k = sum; k < end - from; k += SUMS) {
        final int i = from + k;
        final DoubleVector x = loadDoubles(array, i).mul(scale);
        final DoubleVector y = loadDoubles(array, i + lanes).mul(scale);
        first = x.fma(x, first);
        second = y.fma(y, second);
      }
      first.intoArray(sums, sum);
      second.intoArray(sums, sum + lanes);
    }
  }

  private static Vector<Number> loadBits(Object array, int i) {
    final Vector<?> bits =
        FLOAT
            ? FloatVector.fromArray(FLOATS, (float[]) array, i).reinterpretAsInts()
            : DoubleVector.fromArray(DOUBLES, (double[]) array, i).reinterpretAsLongs();
    return (Vector<Number>) bits;
  }

  private static Vector<Number> broadcastBits(long bits) {
    final Vector<?> all =
        FLOAT ? IntVector.broadcast(INTS, (int) bits) : LongVector.broadcast(LONGS, bits);
    return (Vector<Number>) all;
  }

  private static DoubleVector loadDoubles(Object array, int i) {
    return FLOAT
        ? (DoubleVector) FloatVector.fromArray(HALF_FLOATS, (float[]) array, i)
            .convertShape(F2D, DOUBLES, 0)
        : DoubleVector.fromArray(DOUBLES, (double[]) array, i);
  }

  private static Vector<Number> broadcast(double x) {
    final Vector<?> all =
        FLOAT ? FloatVector.broadcast(FLOATS, (float) x) : DoubleVector.broadcast(DOUBLES, x);
    return (Vector<Number>) all;
  }

  /** As in the reference; on scalars, because a vector returned from a method may be allocated. */
  private static double momentWeight(double weight, boolean isFromGradient) {
    final double rounded = FLOAT ? (float) weight : weight;
    return isFromGradient ? rounded - 1 : rounded;
  }

  private static Vector<Number> load(Object array, int i) {
    final Vector<?> lanes =
        FLOAT
            ? FloatVector.fromArray(FLOATS, (float[]) array, i)
            : DoubleVector.fromArray(DOUBLES, (double[]) array, i);
    return (Vector<Number>) lanes;
  }

  private static void store(Object array, int i, Vector<?> lanes) {
    if (FLOAT) {
      ((FloatVector) lanes).intoArray((float[]) array, i);
    } else {
      ((DoubleVector) lanes).intoArray((double[]) array, i);
    }
  }
}
