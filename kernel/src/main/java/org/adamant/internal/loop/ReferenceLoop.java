package org.adamant.internal.loop;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import org.adamant.internal.loop.Variant.Feature;
import org.jspecify.annotations.NullUnmarked;

/**
 * The reference: the specification of the Adam step, element by element. It is also the scalar path, and steps the
 * tail of {@link SimdLoop}. Every other path must reproduce it to the last bit.
 *
 * <p>The formula is written once for both element types. Every {@code double} variable holds a number of the
 * element type. Each operation below is one operation <em>of the element type</em>, rounded once: for {@code
 * float}, {@code mul(a, b)} is {@code (float) a * (float) b}. The element type is a constant of the class, so the
 * compiler drops the conversions and vectorises the rest.
 *
 * <p>This class is a template that is never initialised itself: {@link Specialiser} defines it again as a hidden
 * class for each {@link Specialisation}. The build makes PlainLoop of it by removing the word "static".
 */
// The constants say what is null: a comparison would be code of the loop.
@NullUnmarked
final class ReferenceLoop extends Loop {

  private static final Specialisation CONSTANTS = Specialiser.constants(MethodHandles.lookup());
  private static final Layout LAYOUT = CONSTANTS.layout();
  private static final Kind PARAMS = LAYOUT.kind(Operand.PARAMS);
  private static final Kind GRADS = LAYOUT.kind(Operand.GRADS);
  private static final Kind M = LAYOUT.kind(Operand.M);
  private static final Kind V = LAYOUT.kind(Operand.V);
  private static final Kind MAX = LAYOUT.kind(Operand.MAXIMUM);
  private static final Kind AVERAGE = LAYOUT.kind(Operand.AVERAGE);
  private static final Kind COPY = LAYOUT.kind(Operand.COPY);
  private static final Kind REMAINDER = LAYOUT.kind(Operand.REMAINDER);
  private static final boolean FLOAT = LAYOUT.element() == Specialisation.Element.FLOAT;
  private static final boolean HAS_ARRAYS = LAYOUT.hasArrays();
  private static final boolean M_IN_BLOCKS = M == Kind.BLOCK8_SEGMENT;
  private static final Variant VARIANT = CONSTANTS.variant();
  private static final boolean SIGN = VARIANT.has(Feature.SIGN);
  private static final boolean V_IN_BLOCKS = V == Kind.BLOCK8_SEGMENT && !SIGN;
  private static final boolean PYTORCH = VARIANT.has(Feature.PYTORCH);
  private static final boolean SPARSE = VARIANT.has(Feature.SPARSE);
  private static final boolean RECTIFIES = VARIANT.has(Feature.RECTIFIES);
  private static final boolean ROOTLESS = VARIANT.has(Feature.ROOTLESS);
  private static final boolean INFINITY_NORM = VARIANT.has(Feature.INFINITY_NORM);
  private static final boolean SCALES = VARIANT.has(Feature.SCALES);
  private static final boolean CLIPS = VARIANT.has(Feature.CLIPS);
  private static final boolean MAXIMIZES = VARIANT.has(Feature.MAXIMIZES);
  private static final boolean L2 = VARIANT.has(Feature.DECAYS_GRADIENT);
  private static final boolean DECOUPLED = VARIANT.has(Feature.DECAYS_PARAMETER);
  private static final boolean CAUTIOUS = VARIANT.has(Feature.CAUTIOUS);
  private static final boolean GRADIENT_FIRST =
      VARIANT.has(FLOAT ? Feature.FLOAT_GRADIENT_FIRST : Feature.GRADIENT_FIRST);
  private static final boolean SQUARE_FIRST = VARIANT.has(Feature.SQUARE_FIRST);
  private static final boolean MAXIMUM = VARIANT.has(Feature.MAXIMUM);
  private static final boolean CORRECTED = VARIANT.has(Feature.CORRECTED);
  private static final boolean ROOT_EPSILON = VARIANT.has(Feature.ROOT_EPSILON);
  private static final boolean NESTEROV = VARIANT.has(Feature.NESTEROV);
  // PyTorch's NAdam adds two updates to the parameter, one after the other.
  private static final boolean TWO_UPDATES = PYTORCH && NESTEROV;
  private static final boolean ADDS_EPSILON = SPARSE || RECTIFIES || TWO_UPDATES;
  private static final boolean UPDATE_ONLY = VARIANT.has(Feature.UPDATE_ONLY);
  private static final boolean AVERAGES = VARIANT.has(Feature.AVERAGES);
  private static final boolean ZEROES_GRADIENT = VARIANT.has(Feature.ZEROES_GRADIENT);
  private static final boolean HAS_COPY = COPY != Kind.NONE;
  private static final boolean HAS_REMAINDER = REMAINDER != Kind.NONE;
  private static final boolean STOCHASTIC = !VARIANT.has(Feature.ROUNDS_TO_NEAREST);
  private static final boolean RANDOM_MOMENTS = STOCHASTIC && (M.isLossy() || V.isLossy() && !SIGN);
  private static final boolean RANDOM_PARAMS =
      STOCHASTIC && (UPDATE_ONLY ? GRADS.isLossy() : PARAMS.isLossy() && !HAS_REMAINDER);
  private static final boolean RANDOM_FURTHER =
      STOCHASTIC && (MAXIMUM && MAX.isLossy() || AVERAGES && AVERAGE.isLossy());
  private static final double TINY_M = FLOAT ? TinyMoments.FLOAT_M : TinyMoments.DOUBLE_M;
  private static final double TINY_V = FLOAT ? TinyMoments.FLOAT_V : TinyMoments.DOUBLE_V;
  private static final double BELOW_ONE = FLOAT ? Math.nextDown(1f) : Math.nextDown(1.0);

  static final int FLOAT_EXPONENT = 0x7f80_0000;
  static final int FLOAT_LOWEST_EXPONENT = 0x0080_0000;
  static final long DOUBLE_EXPONENT = 0x7ff0_0000_0000_0000L;
  static final long DOUBLE_LOWEST_EXPONENT = 0x0010_0000_0000_0000L;

  /** In place of a random number. */
  static final int NEAREST = -1;

  ReferenceLoop() {}

  @Override
  public void step(Coefficients c, Operands o, float[] moments, long first, int count) {
    final Object params = o.params;
    final Object grads = o.grads;
    final Object m = o.m;
    final Object v = o.v;
    final Object max = MAXIMUM ? o.further(Operand.MAXIMUM) : null;
    final Object average = AVERAGES ? o.further(Operand.AVERAGE) : null;
    final Object copy = HAS_COPY ? o.further(Operand.COPY) : null;
    final Object remainder = HAS_REMAINDER ? o.further(Operand.REMAINDER) : null;
    final double gradientScale = round(c.gradientScale());
    final double clip = round(c.clip());
    final double decay = round(c.decay());
    final double decayFactor = round(c.decayFactor());
    final double towardsZero = CAUTIOUS ? neg(signum(decay)) : 0;
    final double w1 = momentWeight(c.firstMomentWeight(), GRADIENT_FIRST);
    final double w2 = momentWeight(c.secondMomentWeight(), SQUARE_FIRST);
    final double beta2 = round(c.beta2());
    final double varianceScale = round(c.varianceScale());
    final double rootEpsilon = round(c.rootEpsilon());
    final double rootScale = round(c.rootScale());
    final double epsilon = round(c.epsilon());
    final double momentCorrection = round(c.momentCorrection());
    final double rectification = round(c.rectification());
    final double momentStep = round(c.momentStep());
    final double gradientStep = round(c.gradientStep());
    final double averageWeight = round(c.averageWeight());
    final int number = (int) (o.number + first);
    final int key = RANDOM_MOMENTS || RANDOM_PARAMS ? key(c, o, first, RandomBits.MAIN) : 0;
    final int furtherKey = RANDOM_FURTHER ? key(c, o, first, RandomBits.FURTHER) : 0;
    final int from = index(o, first);
    final long base = first - from;
    final int inScratch = Scratch.index(first);
    final Block8 mBlocks = M_IN_BLOCKS ? (Block8) m : null;
    final Block8 vBlocks = V_IN_BLOCKS ? (Block8) v : null;
    final float mFactor = M_IN_BLOCKS ? mBlocks.factor(first) : 0;
    final float vFactor = V_IN_BLOCKS ? vBlocks.factor(first) : 0;
    final float mOffset = M_IN_BLOCKS ? mBlocks.offset(first) : 0;
    final float vOffset = V_IN_BLOCKS ? vBlocks.offset(first) : 0;
    for (int i = from; i < from + count; i++) {
      final int k = i - from;
      double p =
          HAS_REMAINDER
              ? Bfloat16.join(
                  bits(params, PARAMS, i, base), bits(remainder, REMAINDER, i, base))
              : load(params, PARAMS, i, base);
      double g = load(grads, GRADS, i, base);
      final double m0 =
          M_IN_BLOCKS
              ? mBlocks.decode(first + k, mFactor, mOffset)
              : load(m, M, i, base);
      final double v0;
      if (V_IN_BLOCKS) {
        v0 = vBlocks.decode(first + k, vFactor, vOffset);
      } else {
        v0 = SIGN ? 0 : load(v, V, i, base);
      }

      // The gradient g_t: unscaled and clipped by norm, clipped by value, negated for ascent.
      if (SCALES) {
        g = mul(g, gradientScale);
      }
      if (CLIPS) {
        g = max(min(g, clip), -clip);
      }
      if (MAXIMIZES) {
        g = neg(g);
      }
      // Weight decay as a penalty on the loss, or decoupled from it (Loshchilov & Hutter 2019,
      // Algorithm 2, lines 6 and 12).
      if (L2) {
        g = fma(decay, p, g);
      }
      if (DECOUPLED && !CAUTIOUS && !UPDATE_ONLY) {
        p = PYTORCH ? mul(p, decayFactor) : fma(decay, p, p);
      }

      // Algorithm 1: m_t = beta1 * m_(t-1) + (1 - beta1) * g_t. An interpolation rounds only twice, does not
      // accumulate the rounding of beta1, and has the fixed point m = g. It starts from the end with the larger
      // weight, so that beta1 = 0 gives g itself.
      final double m1;
      if (SIGN) {
        m1 = fma(w2, sub(g, m0), SQUARE_FIRST ? g : m0);
      } else {
        m1 =
            SPARSE
                ? add(m0, mul(sub(g, m0), w1))
                : fma(w1, sub(g, m0), GRADIENT_FIRST ? g : m0);
      }
      // Algorithm 1: v_t = beta2 * v_(t-1) + (1 - beta2) * g_t^2, likewise. It is never negative: what is
      // subtracted from v or from the square is at most that number times a weight of at most 1.
      final double v1;
      if (SIGN) {
        v1 = 0;
      } else if (INFINITY_NORM) {
        v1 = max(mul(v0, beta2), add(abs(g), epsilon));
      } else if (SPARSE) {
        v1 = add(v0, mul(sub(mul(g, g), v0), w2));
      } else if (PYTORCH) {
        v1 = fma(mul(w2, g), g, mul(v0, beta2));
      } else if (SQUARE_FIRST) {
        final double square = mul(g, g);
        v1 = fma(w2, sub(square, v0), square);
      } else {
        v1 = fma(w2, fma(g, g, neg(v0)), v0);
      }

      // Algorithm 1: sqrt(v^_t) + epsilon with v^_t = v_t / (1 - beta2^t). The correction is in the factor of
      // the root, or inside the root if something else has to be corrected or added there.
      double s = v1;
      if (CORRECTED) {
        s = mul(s, varianceScale);
      }
      if (MAXIMUM) {
        // AMSGrad (Reddi, Kale & Kumar 2018, Algorithm 2).
        s = max(load(max, MAX, i, base), s);
        store(max, MAX, i, base, s, lower(RANDOM_FURTHER, number + k, furtherKey));
      }
      if (ROOT_EPSILON) {
        s = CORRECTED ? add(s, rootEpsilon) : fma(s, varianceScale, rootEpsilon);
      }
      final double root = sqrt(TWO_UPDATES ? div(s, varianceScale) : s);
      final double d;
      if (INFINITY_NORM) {
        d = v1;
      } else if (ADDS_EPSILON) {
        d = add(root, epsilon);
      } else {
        d = PYTORCH ? add(div(root, rootScale), epsilon) : fma(root, rootScale, epsilon);
      }

      // Algorithm 1: theta_t = theta_(t-1) - alpha * m^_t / (sqrt(v^_t) + epsilon) with
      // m^_t = m_t / (1 - beta1^t), whose divisor is in the step size. Product, quotient and
      // sum are rounded in this order. Nesterov: Dozat 2016.
      final double n;
      if (SIGN) {
        // Lion (Chen et al. 2023, Algorithm 2): the direction comes from another average than the one that is kept.
        n = mul(momentStep, sign(fma(w1, sub(g, m0), GRADIENT_FIRST ? g : m0)));
      } else if (RECTIFIES) {
        n = mul(div(m1, momentCorrection), momentStep);
      } else if (SPARSE) {
        n = m1;
      } else {
        n =
            NESTEROV && !TWO_UPDATES
                ? fma(momentStep, m1, mul(gradientStep, g))
                : mul(momentStep, m1);
      }
      final double ofGradient = TWO_UPDATES ? div(mul(gradientStep, g), d) : 0;
      final double update;
      if (ROOTLESS || SIGN) {
        // RAdam (Liu et al. 2020, Algorithm 2): the variance of the root is still too large.
        update = n;
      } else if (RECTIFIES) {
        update = mul(mul(n, mul(div(1, d), rootScale)), rectification);
      } else if (SPARSE) {
        update = mul(div(n, d), momentStep);
      } else {
        update = TWO_UPDATES && UPDATE_ONLY ? add(ofGradient, div(n, d)) : div(n, d);
      }
      // Cautious Weight Decay: Chen et al. 2025, Algorithm 1. Without a comparison, see TinyMoments.
      final double factor =
          CAUTIOUS
              ? mul(decay, unlessOne(mul(mul(signum(update), signum(p)), towardsZero)))
              : decay;

      if (M_IN_BLOCKS) {
        moments[inScratch + k] = (float) m1;
      } else {
        store(m, M, i, base, m1, lower(RANDOM_MOMENTS, number + k, key));
      }
      if (V_IN_BLOCKS) {
        moments[Scratch.SECOND + inScratch + k] = (float) v1;
      } else if (!SIGN) {
        store(v, V, i, base, v1, upper(RANDOM_MOMENTS, number + k, key));
      }
      if (UPDATE_ONLY) {
        store(
            grads, GRADS, i, base, DECOUPLED ? fma(factor, p, update) : update,
            third(RANDOM_PARAMS, number + k, key));
      } else {
        if (TWO_UPDATES) {
          p = add(p, ofGradient);
        }
        p = add(CAUTIOUS ? fma(factor, p, p) : p, update);
        if (HAS_REMAINDER) {
          storeBits(params, PARAMS, i, base, Bfloat16.upper((float) p));
          storeBits(remainder, REMAINDER, i, base, Bfloat16.lower((float) p));
        } else {
          store(params, PARAMS, i, base, p, third(RANDOM_PARAMS, number + k, key));
        }
        if (AVERAGES) {
          final double a = load(average, AVERAGE, i, base);
          store(
              average, AVERAGE, i, base, fma(averageWeight, sub(p, a), a),
              upper(RANDOM_FURTHER, number + k, furtherKey));
        }
        if (HAS_COPY) {
          store(copy, COPY, i, base, p, NEAREST);
        }
        if (ZEROES_GRADIENT) {
          store(grads, GRADS, i, base, 0, NEAREST);
        }
      }
    }
  }

  @Override
  public void flush(Operands o, long first, int count) {
    final Object m = o.m;
    final Object v = o.v;
    final int from = index(o, first);
    final long base = first - from;
    for (int i = from; i < from + count; i++) {
      // Moments in blocks are never tiny.
      if (!M_IN_BLOCKS) {
        final double m0 = load(m, M, i, base);
        store(m, M, i, base, unlessTiny(m0, abs(m0), TINY_M), NEAREST);
      }
      if (!V_IN_BLOCKS) {
        // v is not below zero here, so that the product below is never that of an infinity and 0.
        final double v0 = max(load(v, V, i, base), 0);
        store(v, V, i, base, unlessTiny(v0, v0, TINY_V), NEAREST);
      }
    }
  }

  /** {@code magnitude < limit ? 0 : x} without a branch; the limit is a power of two. NaN stays NaN. */
  private static double unlessTiny(double x, double magnitude, double limit) {
    // -1 from the limit on, and below it 1, or 0 for the number next to it.
    final double isTiny = signum(sub(BELOW_ONE, mul(magnitude, 1 / limit)));
    // The sum turns -0 into +0.
    return add(mul(x, mul(sub(abs(isTiny), isTiny), 0.5)), 0);
  }

  @Override
  public void pack(Coefficients c, Operands o, float[] moments, long first, int count) {
    final int number = (int) (o.number + first);
    final int key = RANDOM_MOMENTS ? key(c, o, first, RandomBits.MAIN) : 0;
    if (M_IN_BLOCKS) {
      final Block8 m = (Block8) o.m;
      final float factor = m.setScale(first, largest(moments, 0, count), false);
      for (int k = 0; k < count; k++) {
        final int random =
            RANDOM_MOMENTS ? RandomBits.hash(number + k, key) & Block8.RANDOM_MASK : NEAREST;
        m.setCode(first + k, Block8.encodeM(moments[k], factor, random));
      }
    }
    if (V_IN_BLOCKS) {
      final Block8 v = (Block8) o.v;
      final float factor = v.setScale(first, largest(moments, Scratch.SECOND, count), true);
      for (int k = 0; k < count; k++) {
        final int random =
            RANDOM_MOMENTS ? RandomBits.hash(number + k, key) >>> 32 - Block8.SHIFT : NEAREST;
        v.setCode(first + k, Block8.encodeV(moments[Scratch.SECOND + k], factor, random));
      }
    }
  }

  private static int largest(float[] moments, int from, int count) {
    int largest = 0;
    for (int k = from; k < from + count; k++) {
      largest = Block8.largest(largest, Float.floatToRawIntBits(moments[k]));
    }
    return largest;
  }

  @Override
  public long countInBlock(Operands o, long first, int count) {
    final Object grads = o.grads;
    final int from = index(o, first);
    final long base = first - from;
    long sum = 0;
    for (int i = from; i < from + count; i++) {
      final double x = load(grads, GRADS, i, base);
      // An exponent of all ones overflows into the sign.
      sum +=
          FLOAT
              ? (Float.floatToRawIntBits((float) x) & FLOAT_EXPONENT) + FLOAT_LOWEST_EXPONENT >>> 31
              : (Double.doubleToRawLongBits(x) & DOUBLE_EXPONENT) + DOUBLE_LOWEST_EXPONENT >>> 63;
    }
    return sum;
  }

  @Override
  public void addSquares(double[] sums, Operands o, double scale, long first, int count) {
    final Object grads = o.grads;
    final int from = index(o, first);
    final long base = first - from;
    for (int i = from; i < from + count; i++) {
      final int sum = i - from & SUMS - 1;
      final double x = load(grads, GRADS, i, base) * scale;
      sums[sum] = Math.fma(x, x, sums[sum]);
    }
  }

  /** The index of an element in arrays; 0 if there are only segments, whose elements can exceed an int. */
  private static int index(Operands o, long first) {
    return HAS_ARRAYS ? o.offset + (int) first : 0;
  }

  private static int key(Coefficients c, Operands o, long first, int set) {
    return RandomBits.key(c.stream(), o.number + first, set);
  }

  /** The random number of m or the maximum, or {@link #NEAREST}. */
  private static int lower(boolean isRandom, int number, int key) {
    return isRandom ? RandomBits.hash(number, key) & 0xffff : NEAREST;
  }

  /** The random number of v or the average, or {@link #NEAREST}. */
  private static int upper(boolean isRandom, int number, int key) {
    return isRandom ? RandomBits.hash(number, key) >>> 16 : NEAREST;
  }

  private static double round(double x) {
    return FLOAT ? (float) x : x;
  }

  /** The factor of the difference: the gradient's weight, or that minus 1. */
  private static double momentWeight(double weight, boolean isFromGradient) {
    // Exact, as the weight is at least 1/2.
    return isFromGradient ? sub(round(weight), 1) : round(weight);
  }

  /** The random number of parameters or gradients, or {@link #NEAREST}. */
  private static int third(boolean isRandom, int number, int key) {
    return isRandom ? RandomBits.hash(number, key) * RandomBits.THIRD >>> 16 : NEAREST;
  }

  private static double load(Object memory, Kind kind, int i, long base) {
    if (kind == Kind.FLOAT_ARRAY) {
      return ((float[]) memory)[i];
    }
    if (kind == Kind.DOUBLE_ARRAY) {
      return ((double[]) memory)[i];
    }
    if (kind == Kind.FLOAT_SEGMENT) {
      return ((MemorySegment) memory).get(ValueLayout.JAVA_FLOAT_UNALIGNED, base + i << 2);
    }
    if (kind == Kind.DOUBLE_SEGMENT) {
      return ((MemorySegment) memory).get(ValueLayout.JAVA_DOUBLE_UNALIGNED, base + i << 3);
    }
    return kind.decode(bits(memory, kind, i, base));
  }

  private static void store(Object memory, Kind kind, int i, long base, double x, int random) {
    if (kind == Kind.FLOAT_ARRAY) {
      ((float[]) memory)[i] = (float) x;
    } else if (kind == Kind.DOUBLE_ARRAY) {
      ((double[]) memory)[i] = x;
    } else if (kind == Kind.FLOAT_SEGMENT) {
      ((MemorySegment) memory).set(ValueLayout.JAVA_FLOAT_UNALIGNED, base + i << 2, (float) x);
    } else if (kind == Kind.DOUBLE_SEGMENT) {
      ((MemorySegment) memory).set(ValueLayout.JAVA_DOUBLE_UNALIGNED, base + i << 3, x);
    } else {
      storeBits(
          memory, kind, i, base,
          random == NEAREST
              ? kind.encode((float) x)
              : kind.encode((float) x, random));
    }
  }

  private static short bits(Object memory, Kind kind, int i, long base) {
    return kind.isShortArray()
        ? ((short[]) memory)[i]
        : ((MemorySegment) memory).get(ValueLayout.JAVA_SHORT_UNALIGNED, base + i << 1);
  }

  private static void storeBits(Object memory, Kind kind, int i, long base, short bits) {
    if (kind.isShortArray()) {
      ((short[]) memory)[i] = bits;
    } else {
      ((MemorySegment) memory).set(ValueLayout.JAVA_SHORT_UNALIGNED, base + i << 1, bits);
    }
  }

  private static double fma(double a, double b, double c) {
    return FLOAT ? Math.fma((float) a, (float) b, (float) c) : Math.fma(a, b, c);
  }

  private static double add(double a, double b) {
    return FLOAT ? (float) a + (float) b : a + b;
  }

  private static double sub(double a, double b) {
    return FLOAT ? (float) a - (float) b : a - b;
  }

  private static double mul(double a, double b) {
    return FLOAT ? (float) a * (float) b : a * b;
  }

  private static double div(double a, double b) {
    return FLOAT ? (float) a / (float) b : a / b;
  }

  private static double sqrt(double a) {
    // The root of a float, rounded to double and then to float, is the correctly rounded one.
    return FLOAT ? (float) Math.sqrt(a) : Math.sqrt(a);
  }

  private static double neg(double a) {
    // Negating it as a double would take two conversions, in vectors of half the lanes.
    return FLOAT ? -(float) a : -a;
  }

  private static double abs(double a) {
    return FLOAT ? Math.abs((float) a) : Math.abs(a);
  }

  private static double signum(double a) {
    return FLOAT ? Math.signum((float) a) : Math.signum(a);
  }

  /**
   * 1 or -1 with the sign of a number, or the number itself if it is 0 or NaN. Two factors make others at least 1.
   */
  private static double sign(double a) {
    final double large = FLOAT ? 0x1p127 : 0x1p1023;
    return max(min(mul(mul(a, large), large), 1), -1);
  }

  /** 0 for 1, and 1 for 0 and -1. */
  private static double unlessOne(double a) {
    return sub(1, mul(add(abs(a), a), 0.5));
  }

  private static double min(double a, double b) {
    return FLOAT ? Math.min((float) a, (float) b) : Math.min(a, b);
  }

  private static double max(double a, double b) {
    return FLOAT ? Math.max((float) a, (float) b) : Math.max(a, b);
  }
}
