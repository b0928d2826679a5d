package org.adamant.internal.loop;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.AND_NOT;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.SQRT;
import static jdk.incubator.vector.VectorOperators.ULT;
import static jdk.incubator.vector.VectorOperators.UMIN;
import static jdk.incubator.vector.VectorOperators.XOR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.adamant.internal.loop.Variant.Feature;
import org.jspecify.annotations.NullUnmarked;

/**
 * The SIMD loop, once for all element types, lane widths and variants: the operations of {@link ReferenceLoop} in
 * the same order, each on all lanes. Every operation (fma, sub, add, mul, div, sqrt) is correctly rounded by IEEE
 * 754, so each lane gets the bits of the reference. A root that is computed otherwise is proved to be correctly
 * rounded, see {@link FmaRoot}. The reference itself steps the elements left over at the end of a slice. A last
 * vector that overlaps the one before cannot, because it would step elements twice.
 *
 * <p>This class is a template: it is never initialised itself, {@link Specialiser} defines it again as
 * a hidden class for each {@link Specialisation}. In its largest methods the build expands the private static ones that
 * they call (see {@code kernel/src/build/Expand.java}): C2 stops inlining where a loop has become large, and
 * would allocate the vectors that go through the others. Of the source the build makes four templates: this one,
 * RelativeSimdLoop for the relatives of Adam, see {@link Variant#isRelative}, and DoubleSimdLoop and
 * RelativeDoubleSimdLoop for doubles. In a method of 8,000 bytes C2 would inline less, and a longer one it would not
 * compile. The species must be a constant: from an instance field the loop runs at half the speed, as a parameter 73
 * times slower.
 *
 * <p>The constants at the head are those of {@link ReferenceLoop} once more. Only a static final of the specialised class
 * itself is a literal to every compiler. Asked of an object, each would take more of the 8,000 bytes here, and be a call in
 * the interpreter there: a first step of 4 million floats took 1.5 times as long.
 */
// Vector<Number> stands for FloatVector or DoubleVector; the constants say which.
@SuppressWarnings("unchecked")
// The constants also say what is null: a comparison would be code of the loop.
@NullUnmarked
final class SimdLoop extends Loop {

  private static final Specialisation CONSTANTS = Specialiser.constants(MethodHandles.lookup());
  private static final Layout LAYOUT = CONSTANTS.layout();
  private static final Kind PARAMS = LAYOUT.kind(Operand.PARAMS);
  private static final Kind GRADS = LAYOUT.kind(Operand.GRADS);
  private static final Kind M = LAYOUT.kind(Operand.M);
  private static final Kind V = LAYOUT.kind(Operand.V);
  private static final Kind MAXIMA = LAYOUT.kind(Operand.MAXIMUM);
  private static final Kind AVERAGE = LAYOUT.kind(Operand.AVERAGE);
  private static final Kind COPY = LAYOUT.kind(Operand.COPY);
  private static final Kind REMAINDER = LAYOUT.kind(Operand.REMAINDER);
  // See Place.
  private static final Class<?> PARAMS_CLASS = LAYOUT.place(Operand.PARAMS).type();
  private static final Class<?> GRADS_CLASS = LAYOUT.place(Operand.GRADS).type();
  private static final Class<?> M_CLASS = LAYOUT.place(Operand.M).type();
  private static final Class<?> V_CLASS = LAYOUT.place(Operand.V).type();
  private static final Class<?> MAXIMA_CLASS = LAYOUT.place(Operand.MAXIMUM).type();
  private static final Class<?> AVERAGE_CLASS = LAYOUT.place(Operand.AVERAGE).type();
  private static final Class<?> COPY_CLASS = LAYOUT.place(Operand.COPY).type();
  private static final Class<?> REMAINDER_CLASS = LAYOUT.place(Operand.REMAINDER).type();
  // A constant, so that javac leaves out what is not for this template.
  private static final boolean FLOAT = true;
  private static final boolean HAS_ARRAYS = LAYOUT.hasArrays();
  private static final boolean M_IN_BLOCKS = M == Kind.BLOCK8_SEGMENT;
  private static final Variant VARIANT = CONSTANTS.variant();
  private static final boolean SIGN = VARIANT.has(Feature.SIGN);
  private static final boolean V_IN_BLOCKS = V == Kind.BLOCK8_SEGMENT && !SIGN;
  private static final boolean PYTORCH = VARIANT.has(Feature.PYTORCH);
  private static final boolean RELATIVES = false;
  private static final boolean SPARSE = VARIANT.has(Feature.SPARSE);
  private static final boolean RECTIFIES = VARIANT.has(Feature.RECTIFIES);
  private static final boolean ROOTLESS = VARIANT.has(Feature.ROOTLESS);
  private static final boolean INFINITY_NORM = VARIANT.has(Feature.INFINITY_NORM);
  private static final boolean SCALES = VARIANT.has(Feature.SCALES);
  private static final boolean CLIPS = VARIANT.has(Feature.CLIPS);
  private static final boolean MAXIMIZES = VARIANT.has(Feature.MAXIMIZES);
  private static final boolean L2 = VARIANT.has(Feature.DECAYS_GRADIENT);
  private static final boolean DECOUPLED = VARIANT.has(Feature.DECAYS_PARAMETER);
  private static final boolean DECAYS = L2 || DECOUPLED;
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
  private static final boolean RANDOM_M = STOCHASTIC && M.isLossy();
  private static final boolean RANDOM_V = STOCHASTIC && V.isLossy() && !SIGN;
  private static final boolean RANDOM_PARAMS =
      STOCHASTIC && !UPDATE_ONLY && PARAMS.isLossy() && !HAS_REMAINDER;
  private static final boolean RANDOM_GRADS = STOCHASTIC && UPDATE_ONLY && GRADS.isLossy();
  private static final boolean RANDOM_MAXIMA = STOCHASTIC && MAXIMUM && MAXIMA.isLossy();
  private static final boolean RANDOM_AVERAGE = STOCHASTIC && AVERAGES && AVERAGE.isLossy();
  private static final boolean RANDOM_MAIN = RANDOM_M || RANDOM_V || RANDOM_PARAMS || RANDOM_GRADS;
  private static final boolean RANDOM_FURTHER = RANDOM_MAXIMA || RANDOM_AVERAGE;
  // Whether all operands have so few bits that no NaN has a payload from which a carry could reach its sign.
  private static final boolean HAS_SHORT_NAN =
      PARAMS.hasShortNan()
          && !HAS_REMAINDER
          && GRADS.hasShortNan()
          && M.hasShortNan()
          && V.hasShortNan()
          && (!MAXIMUM || MAXIMA.hasShortNan());
  private static final VectorShape SHAPE = VectorShape.forBitSize(CONSTANTS.laneBits());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, SHAPE);
  // As many floats as a vector has doubles; not used at 64 bits, where that is one.
  private static final VectorSpecies<Float> HALF_FLOATS =
      VectorSpecies.of(
          float.class, VectorShape.forBitSize(Math.max(64, CONSTANTS.laneBits() / 2)));
  private static final int LANES = FLOAT ? FLOATS.length() : DOUBLES.length();
  private static final boolean HAS_ROOT = !(ROOTLESS || INFINITY_NORM || SIGN);
  private static final boolean FMA_ROOT = HAS_ROOT && CONSTANTS.rootsByFma();
  private static final int FMA_VECTORS = (FmaRoot.SHARE - 1) * LANES;
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  // As many shorts as a vector has floats; not used where no vector is so narrow.
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(
          short.class, VectorShape.forBitSize(Math.max(64, CONSTANTS.laneBits() / 2)));
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class, VectorShape.forBitSize(Math.max(64, CONSTANTS.laneBits() / 4)));
  // As many shorts and ints as a vector has doubles.
  private static final VectorSpecies<Short> HALF_SHORTS =
      VectorSpecies.of(
          short.class, VectorShape.forBitSize(Math.max(64, CONSTANTS.laneBits() / 4)));
  private static final VectorSpecies<Integer> HALF_INTS =
      VectorSpecies.of(
          int.class, VectorShape.forBitSize(Math.max(64, CONSTANTS.laneBits() / 2)));
  private static final boolean LOADS_DOUBLES =
      DOUBLES.length() >= (GRADS.bytes == Short.BYTES ? 4 : 2);
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, SHAPE);
  // Whether each vector is loaded before the previous one is stored. Where arrays lie nearly a multiple of 4,096 bytes
  // apart, processors take a load to be of what was just stored, and wait: steps took up to twice as long. Vectors of 256
  // bits lose 4 % by it, and vectors of doubles 3 to 8 %.
  private static final boolean AHEAD =
      FLOAT
          && CONSTANTS.laneBits() == 512
          && !(M_IN_BLOCKS || V_IN_BLOCKS || HAS_REMAINDER);
  private static final Loop TAIL = Specialiser.loop(CONSTANTS.scalar());

  // Not final: the compiler keeps known constants in memory and loads them at each use. That is up to eight more
  // loads per vector, and was 8 % of a step.
  private double half = 0.5;
  private long seed = FmaRoot.SEED;
  private long lowest = FmaRoot.LOWEST;
  private long range = FmaRoot.RANGE;

  SimdLoop() {}

  @Override
  public void step(Coefficients c, Operands o, float[] moments, long first, int count) {
    final int inVectors = isForVectors(o, first) ? inVectors(count) : 0;
    if (inVectors > 0) {
      stepVectors(c, o, moments, first, inVectors);
    }
    if (inVectors < count) {
      TAIL.step(c, o, moments, first + inVectors, count - inVectors);
    }
  }

  /**
   * Whether moments in blocks are written as vectors read them. The check is here, as it would be a branch in a
   * loop of vectors. The first step on new memory is scalar.
   */
  private static boolean isForVectors(Operands o, long first) {
    return !(M_IN_BLOCKS && ((Block8) o.m).isUnsigned(first))
        && !(V_IN_BLOCKS && !((Block8) o.v).isUnsigned(first));
  }

  /** The number of elements in whole vectors. */
  private static int inVectors(int count) {
    return count & -LANES;
  }

  private void stepVectors(Coefficients c, Operands o, float[] moments, long first, int count) {
    final Object params = PARAMS_CLASS.cast(o.params);
    final Object grads = GRADS_CLASS.cast(o.grads);
    final Object m = M_IN_BLOCKS ? o.m : M_CLASS.cast(o.m);
    // Lion's v may be blocks, which are not read.
    final Object v = V_IN_BLOCKS || SIGN ? o.v : V_CLASS.cast(o.v);
    final Block8 mBlocks = M_IN_BLOCKS ? (Block8) m : null;
    final MemorySegment mCodes = M_IN_BLOCKS ? (MemorySegment) M_CLASS.cast(mBlocks.codes) : null;
    final float mFactor = M_IN_BLOCKS ? mBlocks.factor(first) : 0;
    final float mOffset = M_IN_BLOCKS ? mBlocks.offset(first, false) : 0;
    final Block8 vBlocks = V_IN_BLOCKS ? (Block8) v : null;
    final MemorySegment vCodes = V_IN_BLOCKS ? (MemorySegment) V_CLASS.cast(vBlocks.codes) : null;
    final float vFactor = V_IN_BLOCKS ? vBlocks.factor(first) : 0;
    final float vOffset = V_IN_BLOCKS ? vBlocks.offset(first, true) : 0;
    final Object maxima =
        !RELATIVES && MAXIMUM ? MAXIMA_CLASS.cast(o.further(Operand.MAXIMUM)) : null;
    final Object average = AVERAGES ? AVERAGE_CLASS.cast(o.further(Operand.AVERAGE)) : null;
    final Object copy = HAS_COPY ? COPY_CLASS.cast(o.further(Operand.COPY)) : null;
    final Object remainder =
        HAS_REMAINDER ? REMAINDER_CLASS.cast(o.further(Operand.REMAINDER)) : null;
    final Vector<Number> gradientScale = SCALES ? broadcast(c.gradientScale()) : null;
    final Vector<Number> clip = CLIPS ? broadcast(c.clip()) : null;
    final Vector<Number> decay = DECAYS ? broadcast(c.decay()) : null;
    final Vector<Number> decayFactor = DECOUPLED && PYTORCH ? broadcast(c.decayFactor()) : null;
    final Vector<Number> w1 = broadcast(momentWeight(c.firstMomentWeight(), GRADIENT_FIRST));
    final Vector<Number> w2 = broadcast(momentWeight(c.secondMomentWeight(), SQUARE_FIRST));
    final Vector<Number> beta2 =
        PYTORCH || RELATIVES && INFINITY_NORM ? broadcast(c.beta2()) : null;
    final Vector<Number> varianceScale =
        CORRECTED || ROOT_EPSILON || RELATIVES && TWO_UPDATES ? broadcast(c.varianceScale()) : null;
    final Vector<Number> rootEpsilon = ROOT_EPSILON ? broadcast(c.rootEpsilon()) : null;
    final Vector<Number> rootScale = broadcast(c.rootScale());
    final Vector<Number> epsilon = broadcast(c.epsilon());
    final Vector<Number> momentCorrection =
        RELATIVES && RECTIFIES ? broadcast(c.momentCorrection()) : null;
    final Vector<Number> rectification =
        RELATIVES && RECTIFIES ? broadcast(c.rectification()) : null;
    final Vector<Number> large = RELATIVES && SIGN ? broadcast(FLOAT ? 0x1p127 : 0x1p1023) : null;
    final Vector<Number> momentStep = broadcast(c.momentStep());
    final Vector<Number> gradientStep = NESTEROV ? broadcast(c.gradientStep()) : null;
    final Vector<Number> averageWeight = AVERAGES ? broadcast(c.averageWeight()) : null;
    final Vector<Number> zero = broadcast(0);
    final Vector<Number> one = RELATIVES && (RECTIFIES || SIGN) ? zero.broadcast(1) : null;
    final DoubleVector half =
        !RELATIVES && !FLOAT && FMA_ROOT ? DoubleVector.broadcast(DOUBLES, this.half) : null;
    final LongVector seed =
        !RELATIVES && !FLOAT && FMA_ROOT ? LongVector.broadcast(LONGS, this.seed) : null;
    final LongVector lowest =
        !RELATIVES && !FLOAT && FMA_ROOT ? LongVector.broadcast(LONGS, this.lowest) : null;
    final LongVector range =
        !RELATIVES && !FLOAT && FMA_ROOT ? LongVector.broadcast(LONGS, this.range) : null;
    final int key = RANDOM_MAIN ? key(c, o, first, RandomBits.MAIN) : 0;
    final int furtherKey = RANDOM_FURTHER ? key(c, o, first, RandomBits.FURTHER) : 0;
    final int from = index(o, first);
    // Added to an index into arrays, these give the element and its place in the scratch memory.
    final long base = first - from;
    final int inScratch = Scratch.index(first) - from;
    IntVector numbers =
        RANDOM_MAIN || RANDOM_FURTHER
            ? IntVector.broadcast(INTS, (int) (o.number + first)).addIndex(1)
            : null;
    final int last = from + count - LANES;
    Vector<Number> nextP = AHEAD ? load(params, PARAMS, from, base) : null;
    Vector<Number> nextG = AHEAD ? load(grads, GRADS, from, base) : null;
    Vector<Number> nextM = AHEAD ? load(m, M, from, base) : null;
    Vector<Number> nextV =
        AHEAD && !(RELATIVES && SIGN) ? load(v, V, from, base) : null;
    Vector<Number> nextMaxima =
        AHEAD && !RELATIVES && MAXIMUM ? load(maxima, MAXIMA, from, base) : null;
    Vector<Number> nextAverage = AHEAD && AVERAGES ? load(average, AVERAGE, from, base) : null;
    for (int i = from; i < from + count; i += LANES) {
      // The last vector is loaded once more, and not used.
      final int at = AHEAD ? Math.min(i + LANES, last) : i;
      final Vector<Number> loadedP =
          HAS_REMAINDER
              ? join(bits(params, PARAMS, at, base), bits(remainder, REMAINDER, at, base))
              : load(params, PARAMS, at, base);
      final Vector<Number> loadedG = load(grads, GRADS, at, base);
      final Vector<Number> loadedM =
          M_IN_BLOCKS
              ? decodeM(mCodes, base + at, mFactor, mOffset)
              : load(m, M, at, base);
      final Vector<Number> loadedV;
      if (V_IN_BLOCKS) {
        loadedV = decodeV(vCodes, base + at, vFactor, vOffset);
      } else {
        loadedV = RELATIVES && SIGN ? null : load(v, V, at, base);
      }
      final Vector<Number> loadedMaxima =
          !RELATIVES && MAXIMUM ? load(maxima, MAXIMA, at, base) : null;
      final Vector<Number> loadedAverage = AVERAGES ? load(average, AVERAGE, at, base) : null;
      Vector<Number> p = AHEAD ? nextP : loadedP;
      Vector<Number> g = AHEAD ? nextG : loadedG;
      final Vector<Number> m0 = AHEAD ? nextM : loadedM;
      final Vector<Number> v0 = AHEAD ? nextV : loadedV;
      final Vector<Number> maxima0 = AHEAD ? nextMaxima : loadedMaxima;
      final Vector<Number> average0 = AHEAD ? nextAverage : loadedAverage;
      if (AHEAD) {
        nextP = loadedP;
        nextG = loadedG;
        nextM = loadedM;
        nextV = loadedV;
        nextMaxima = loadedMaxima;
        nextAverage = loadedAverage;
      }

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
      if (DECOUPLED && !CAUTIOUS && !UPDATE_ONLY) {
        p = PYTORCH ? p.mul(decayFactor) : decay.lanewise(FMA, p, p);
      }

      final Vector<Number> m1;
      if (RELATIVES && SIGN) {
        m1 = w2.lanewise(FMA, g.sub(m0), SQUARE_FIRST ? g : m0);
      } else {
        m1 =
            RELATIVES && SPARSE
                ? m0.add(g.sub(m0).mul(w1))
                : w1.lanewise(FMA, g.sub(m0), GRADIENT_FIRST ? g : m0);
      }
      final Vector<Number> v1;
      if (RELATIVES && SIGN) {
        v1 = null;
      } else if (RELATIVES && INFINITY_NORM) {
        v1 = v0.mul(beta2).max(g.abs().add(epsilon));
      } else if (RELATIVES && SPARSE) {
        v1 = v0.add(g.mul(g).sub(v0).mul(w2));
      } else if (PYTORCH) {
        v1 = w2.mul(g).lanewise(FMA, g, v0.mul(beta2));
      } else if (SQUARE_FIRST) {
        final Vector<Number> square = g.mul(g);
        v1 = w2.lanewise(FMA, square.sub(v0), square);
      } else {
        // The difference is -v0 except for the sign of zero, which is lost in the sum. A negation would load its
        // mask from memory, each time across two cache lines.
        v1 = w2.lanewise(FMA, g.lanewise(FMA, g, zero.sub(v0)), v0);
      }

      final Vector<Number> n;
      if (RELATIVES && SIGN) {
        final Vector<Number> ahead = w1.lanewise(FMA, g.sub(m0), GRADIENT_FIRST ? g : m0);
        n = momentStep.mul(ahead.mul(large).mul(large).min(one).max(one.neg()));
      } else if (RELATIVES && RECTIFIES) {
        n = m1.div(momentCorrection).mul(momentStep);
      } else if (RELATIVES && SPARSE) {
        n = m1;
      } else {
        n =
            NESTEROV && !(RELATIVES && TWO_UPDATES)
                ? momentStep.lanewise(FMA, m1, gradientStep.mul(g))
                : momentStep.mul(m1);
      }
      final IntVector random = RANDOM_MAIN ? randomBits(numbers, key) : null;
      final IntVector furtherRandom = RANDOM_FURTHER ? randomBits(numbers, furtherKey) : null;
      if (M_IN_BLOCKS) {
        storeFloats(moments, i + inScratch, m1);
      } else {
        store(RANDOM_M ? lower(random) : null, m, M, i, base, m1);
      }
      if (V_IN_BLOCKS) {
        storeFloats(moments, i + inScratch + Scratch.SECOND, v1);
      } else if (!RELATIVES || !SIGN) {
        store(RANDOM_V ? upper(random) : null, v, V, i, base, v1);
      }

      Vector<Number> s = v1;
      if (CORRECTED) {
        s = s.mul(varianceScale);
      }
      if (!RELATIVES && MAXIMUM) {
        s = maxima0.max(s);
        store(RANDOM_MAXIMA ? lower(furtherRandom) : null, maxima, MAXIMA, i, base, s);
      }
      if (ROOT_EPSILON) {
        s = CORRECTED ? s.add(rootEpsilon) : s.lanewise(FMA, varianceScale, rootEpsilon);
      }
      if (RELATIVES && TWO_UPDATES) {
        s = s.div(varianceScale);
      }
      final Vector<Number> root;
      if (RELATIVES && !HAS_ROOT) {
        root = null;
      } else {
        root =
            !RELATIVES
                && !FLOAT
                && FMA_ROOT
                && (i & FMA_VECTORS) == FMA_VECTORS
                && s.reinterpretAsLongs().sub(lowest).compare(ULT, range).allTrue()
                    ? rootByFma(s, zero, half, seed)
                    : s.lanewise(SQRT);
      }
      final Vector<Number> d;
      if (RELATIVES && !HAS_ROOT) {
        d = v1;
      } else if (RELATIVES && ADDS_EPSILON) {
        d = root.add(epsilon);
      } else {
        d = PYTORCH ? root.div(rootScale).add(epsilon) : root.lanewise(FMA, rootScale, epsilon);
      }

      final Vector<Number> ofGradient =
          RELATIVES && TWO_UPDATES ? gradientStep.mul(g).div(d) : null;
      final Vector<Number> update;
      if (RELATIVES && (ROOTLESS || SIGN)) {
        update = n;
      } else if (RELATIVES && RECTIFIES) {
        update = n.mul(one.div(d).mul(rootScale)).mul(rectification);
      } else if (RELATIVES && SPARSE) {
        update = n.div(d).mul(momentStep);
      } else {
        update = RELATIVES && TWO_UPDATES && UPDATE_ONLY ? ofGradient.add(n.div(d)) : n.div(d);
      }
      final Vector<Number> cautious = CAUTIOUS ? unlessItOpposes(decay, p, update) : null;
      if (UPDATE_ONLY || ZEROES_GRADIENT) {
        final Vector<Number> written =
            DECOUPLED ? (CAUTIOUS ? cautious : decay).lanewise(FMA, p, update) : update;
        final Vector<Number> result = UPDATE_ONLY ? written : zero;
        store(
            RANDOM_GRADS ? third(random) : null, grads, GRADS, i, base, result);
      }
      if (!UPDATE_ONLY) {
        if (RELATIVES && TWO_UPDATES) {
          p = p.add(ofGradient);
        }
        final Vector<Number> p1 =
            CAUTIOUS ? cautious.lanewise(FMA, p, p).add(update) : p.add(update);
        if (HAS_REMAINDER) {
          final IntVector bits = withoutPayload(p1);
          storeBits(params, PARAMS, i, base, bits.add(0x8000).lanewise(LSHR, 16));
          storeBits(remainder, REMAINDER, i, base, bits);
        } else {
          store(RANDOM_PARAMS ? third(random) : null, params, PARAMS, i, base, p1);
        }
        if (AVERAGES) {
          final Vector<Number> a1 =
              averageWeight.lanewise(FMA, p1.sub(average0), average0);
          store(RANDOM_AVERAGE ? upper(furtherRandom) : null, average, AVERAGE, i, base, a1);
        }
        if (HAS_COPY) {
          store(null, copy, COPY, i, base, p1);
        }
      }
      if (RANDOM_MAIN || RANDOM_FURTHER) {
        numbers = numbers.add(LANES);
      }
    }
  }

  /** The factor of weight decay where decay does not oppose the update, elsewhere 0; the mask is made of signs. */
  private static Vector<Number> unlessItOpposes(
      Vector<Number> decay, Vector<Number> p, Vector<Number> update) {
    final Vector<Number> bits = bitsOf(update);
    final Vector<Number> magnitude =
        bits.lanewise(AND, broadcastBits(FLOAT ? Integer.MAX_VALUE : Long.MAX_VALUE));
    // Negative where decay opposes the update and the update is not 0. The factor of decay is usually negative.
    final Vector<Number> opposing =
        bits.lanewise(XOR, bitsOf(p))
            .lanewise(XOR, bitsOf(decay))
            .lanewise(AND_NOT, magnitude.sub(broadcastBits(1)));
    final int sign = FLOAT ? Integer.SIZE - 1 : Long.SIZE - 1;
    final Vector<Number> mask = opposing.lanewise(LSHR, sign).sub(broadcastBits(1));
    final Vector<Number> masked = bitsOf(decay).lanewise(AND, mask);
    return (Vector<Number>) (Vector<?>) (FLOAT
        ? masked.reinterpretAsFloats()
        : masked.reinterpretAsDoubles());
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
  public void flush(Operands o, long first, int count) {
    TAIL.flush(o, first, count);
  }

  @Override
  public void pack(Coefficients c, Operands o, float[] moments, long first, int count) {
    if (count == Block8.LENGTH) {
      packVectors(c, o, moments, first);
    } else {
      TAIL.pack(c, o, moments, first, count);
    }
  }

  private void packVectors(Coefficients c, Operands o, float[] moments, long first) {
    final Block8 m = M_IN_BLOCKS ? (Block8) o.m : null;
    final Block8 v = V_IN_BLOCKS ? (Block8) o.v : null;
    // In statements of their own: a loop inside a half-evaluated expression is never compiled while it runs.
    final int largestM = M_IN_BLOCKS ? largest(moments, 0) : 0;
    final int largestV = V_IN_BLOCKS ? largest(moments, Scratch.SECOND) : 0;
    final float factorOfM = M_IN_BLOCKS ? m.setScale(first, largestM, false) : 0;
    final float factorOfV = V_IN_BLOCKS ? v.setScale(first, largestV, true) : 0;
    final MemorySegment codesOfM = M_IN_BLOCKS ? (MemorySegment) M_CLASS.cast(m.codes) : null;
    final MemorySegment codesOfV = V_IN_BLOCKS ? (MemorySegment) V_CLASS.cast(v.codes) : null;
    final int key = RANDOM_M || RANDOM_V ? key(c, o, first, RandomBits.MAIN) : 0;
    IntVector numbers = IntVector.broadcast(INTS, (int) (o.number + first)).addIndex(1);
    for (int k = 0; k < Block8.LENGTH; k += LANES) {
      final IntVector random = RANDOM_M || RANDOM_V ? randomBits(numbers, key) : null;
      numbers = numbers.add(LANES);
      if (M_IN_BLOCKS) {
        final FloatVector x = FloatVector.fromArray(FLOATS, moments, k);
        final IntVector code =
            encode(
                x.abs(), factorOfM, Block8.OFFSET_OF_M,
                RANDOM_M ? random.and(Block8.RANDOM_MASK) : null).and(Block8.MASK_OF_M);
        final IntVector sign = x.reinterpretAsInts().lanewise(LSHR, 24).and(0x80);
        storeBytes(codesOfM, first + k, code.or(sign));
      }
      if (V_IN_BLOCKS) {
        final FloatVector x = FloatVector.fromArray(FLOATS, moments, Scratch.SECOND + k).abs();
        final IntVector code =
            encode(
                x, factorOfV, Block8.OFFSET_OF_V,
                RANDOM_V ? random.lanewise(LSHR, 32 - Block8.SHIFT) : null).and(Block8.MASK_OF_V);
        final IntVector least = x.reinterpretAsInts().min(1);
        storeBytes(codesOfV, first + k, code.max(least));
      }
    }
  }

  /** The {@link Block8#largest} of a block. */
  private static int largest(float[] moments, int at) {
    IntVector largest = IntVector.zero(INTS);
    for (int k = at; k < at + Block8.LENGTH; k += LANES) {
      largest =
          largest.max(
              FloatVector.fromArray(FLOATS, moments, k)
                  .reinterpretAsInts()
                  .and(Integer.MAX_VALUE)
                  .add(0x80_0000));
    }
    return largest.reduceLanes(MAX);
  }

  private static IntVector encode(FloatVector x, float factor, float offset, IntVector random) {
    final IntVector bits =
        x.fma(FloatVector.broadcast(FLOATS, factor), FloatVector.broadcast(FLOATS, offset))
            .reinterpretAsInts()
            .lanewise(UMIN, Bfloat16.NAN);
    return bits
        .add(
            random == null
                ? bits.lanewise(LSHR, Block8.SHIFT).and(1).add(Block8.BELOW_HALF)
                : random)
        .lanewise(LSHR, Block8.SHIFT);
  }

  private static void storeBytes(MemorySegment codes, long i, IntVector code) {
    ((ByteVector) code.convertShape(I2B, BYTES, 0)).intoMemorySegment(codes, i, ORDER);
  }

  @Override
  public long countInBlock(Operands o, long first, int count) {
    final int inVectors = inVectors(count);
    long sum = 0;
    if (inVectors > 0) {
      sum += countInVectors(o, first, inVectors);
    }
    if (inVectors < count) {
      sum += TAIL.countInBlock(o, first + inVectors, count - inVectors);
    }
    return sum;
  }

  private static long countInVectors(Operands o, long first, int count) {
    final Object grads = GRADS_CLASS.cast(o.grads);
    final int from = index(o, first);
    final long base = first - from;
    final Vector<Number> exponent =
        broadcastBits(
            FLOAT ? ReferenceLoop.FLOAT_EXPONENT : ReferenceLoop.DOUBLE_EXPONENT);
    final Vector<Number> lowest =
        broadcastBits(
            FLOAT ? ReferenceLoop.FLOAT_LOWEST_EXPONENT : ReferenceLoop.DOUBLE_LOWEST_EXPONENT);
    final int sign = FLOAT ? Integer.SIZE - 1 : Long.SIZE - 1;
    Vector<Number> sum = broadcastBits(0);
    for (int i = from; i < from + count; i += LANES) {
      final Vector<Number> bits = bitsOf(load(grads, GRADS, i, base));
      sum = sum.add(bits.lanewise(AND, exponent).add(lowest).lanewise(LSHR, sign));
    }
    return sum.reduceLanesToLong(ADD);
  }

  @Override
  public void addSquares(double[] sums, Operands o, double scale, long first, int count) {
    // Whole rounds over the sums; the reference adds the rest to them.
    final int inVectors = LOADS_DOUBLES ? count & -SUMS : 0;
    if (inVectors > 0) {
      addSquaresOfVectors(sums, o, scale, first, inVectors);
    }
    if (inVectors < count) {
      TAIL.addSquares(sums, o, scale, first + inVectors, count - inVectors);
    }
  }

  private static void addSquaresOfVectors(
      double[] sums, Operands o, double scale, long first, int count) {
    final Object grads = GRADS_CLASS.cast(o.grads);
    final int from = index(o, first);
    final long base = first - from;
    final int lanes = DOUBLES.length();
    for (int sum = 0; sum < SUMS; sum += 2 * lanes) {
      // Two at a time, so that one addition need not wait for the other.
      DoubleVector even = DoubleVector.zero(DOUBLES);
      DoubleVector odd = even;
      // k counts from the beginning of the block, as an index would overflow at the end of the longest arrays.
      for (int k = sum; k < count; k += SUMS) {
        final int i = from + k;
        final DoubleVector x = loadDoubles(grads, i, base).mul(scale);
        final DoubleVector y = loadDoubles(grads, i + lanes, base).mul(scale);
        even = x.fma(x, even);
        odd = y.fma(y, odd);
      }
      even.intoArray(sums, sum);
      odd.intoArray(sums, sum + lanes);
    }
  }

  private static DoubleVector loadDoubles(Object memory, int i, long base) {
    if (GRADS == Kind.DOUBLE_ARRAY) {
      return DoubleVector.fromArray(DOUBLES, (double[]) memory, i);
    }
    if (GRADS == Kind.DOUBLE_SEGMENT) {
      return DoubleVector.fromMemorySegment(
          DOUBLES, (MemorySegment) memory, base + i << 3, ORDER);
    }
    final FloatVector floats;
    if (GRADS == Kind.FLOAT_ARRAY) {
      floats = FloatVector.fromArray(HALF_FLOATS, (float[]) memory, i);
    } else if (GRADS == Kind.FLOAT_SEGMENT) {
      floats =
          FloatVector.fromMemorySegment(
              HALF_FLOATS, (MemorySegment) memory, base + i << 2, ORDER);
    } else {
      final ShortVector halves =
          isShortArray(GRADS)
              ? ShortVector.fromArray(HALF_SHORTS, (short[]) memory, i)
              : ShortVector.fromMemorySegment(
                  HALF_SHORTS, (MemorySegment) memory, base + i << 1, ORDER);
      floats =
          decode16((IntVector) halves.convertShape(ZERO_EXTEND_S2I, HALF_INTS, 0));
    }
    return (DoubleVector) floats.convertShape(F2D, DOUBLES, 0);
  }

  private static Vector<Number> bitsOf(Vector<?> x) {
    return (Vector<Number>) (Vector<?>) (FLOAT ? x.reinterpretAsInts() : x.reinterpretAsLongs());
  }

  private static Vector<Number> broadcastBits(long bits) {
    final Vector<?> all =
        FLOAT ? IntVector.broadcast(INTS, (int) bits) : LongVector.broadcast(LONGS, bits);
    return (Vector<Number>) all;
  }

  private static Vector<Number> broadcast(double x) {
    final Vector<?> all =
        FLOAT ? FloatVector.broadcast(FLOATS, (float) x) : DoubleVector.broadcast(DOUBLES, x);
    return (Vector<Number>) all;
  }

  /** As in the reference. It returns a scalar, because a vector returned from a method may be allocated. */
  private static double momentWeight(double weight, boolean isFromGradient) {
    final double rounded = FLOAT ? (float) weight : weight;
    return isFromGradient ? rounded - 1 : rounded;
  }

  /** As in the reference. */
  private static int index(Operands o, long first) {
    return HAS_ARRAYS ? o.offset + (int) first : 0;
  }

  private static int key(Coefficients c, Operands o, long first, int set) {
    return RandomBits.key(c.stream(), o.number + first, set);
  }

  /** {@link RandomBits#hash} of as many numbers as there are lanes. */
  private static IntVector randomBits(IntVector numbers, int key) {
    IntVector x = numbers.lanewise(XOR, key);
    x = x.lanewise(XOR, x.lanewise(LSHR, 16)).mul(RandomBits.FIRST_FACTOR);
    x = x.lanewise(XOR, x.lanewise(LSHR, 15)).mul(RandomBits.SECOND_FACTOR);
    return x.lanewise(XOR, x.lanewise(LSHR, 15));
  }

  private static IntVector lower(IntVector bits) {
    return bits.and(0xffff);
  }

  private static IntVector upper(IntVector bits) {
    return bits.lanewise(LSHR, 16);
  }

  private static IntVector third(IntVector bits) {
    return bits.mul(RandomBits.THIRD).lanewise(LSHR, 16);
  }

  /** First moments of a {@link Block8}, see there. */
  private static Vector<Number> decodeM(MemorySegment codes, long i, float factor, float offset) {
    final IntVector code = codes(codes, i);
    final Vector<?> x =
        decode(code.and(Block8.MASK_OF_M), Block8.EXPONENT_OF_M, factor, offset)
            .reinterpretAsInts()
            .or(code.and(Integer.MIN_VALUE))
            .reinterpretAsFloats();
    return (Vector<Number>) x;
  }

  private static Vector<Number> decodeV(MemorySegment codes, long i, float factor, float offset) {
    final IntVector code = codes(codes, i).and(Block8.MASK_OF_V);
    return (Vector<Number>) (Vector<?>) decode(code, Block8.EXPONENT_OF_V, factor, offset);
  }

  private static IntVector codes(MemorySegment codes, long i) {
    return (IntVector) ByteVector.fromMemorySegment(BYTES, codes, i, ORDER)
        .convertShape(B2I, INTS, 0);
  }

  private static FloatVector decode(IntVector code, int exponent, float factor, float offset) {
    return code.lanewise(LSHL, Block8.SHIFT)
        .add(exponent)
        .reinterpretAsFloats()
        .mul(Block8.DECODED_SCALE)
        .fma(FloatVector.broadcast(FLOATS, factor), FloatVector.broadcast(FLOATS, offset));
  }

  private static void storeFloats(float[] array, int i, Vector<?> lanes) {
    ((FloatVector) lanes).intoArray(array, i);
  }

  private static Vector<Number> load(Object memory, Kind kind, int i, long base) {
    final Vector<?> lanes;
    if (!FLOAT && kind == Kind.DOUBLE_ARRAY) {
      lanes = DoubleVector.fromArray(DOUBLES, (double[]) memory, i);
    } else if (!FLOAT) {
      lanes =
          DoubleVector.fromMemorySegment(DOUBLES, (MemorySegment) memory, base + i << 3, ORDER);
    } else if (kind == Kind.FLOAT_ARRAY) {
      lanes = FloatVector.fromArray(FLOATS, (float[]) memory, i);
    } else if (kind == Kind.FLOAT_SEGMENT) {
      lanes =
          FloatVector.fromMemorySegment(FLOATS, (MemorySegment) memory, base + i << 2, ORDER);
    } else {
      lanes = decode16(bits(memory, kind, i, base));
    }
    return (Vector<Number>) lanes;
  }

  /** Stores numbers. A lossy kind is rounded with 16 random bits each, or to nearest if the bits are null. */
  private static void store(
      IntVector random, Object memory, Kind kind, int i, long base, Vector<?> lanes) {
    if (!FLOAT && kind == Kind.DOUBLE_ARRAY) {
      ((DoubleVector) lanes).intoArray((double[]) memory, i);
    } else if (!FLOAT) {
      ((DoubleVector) lanes).intoMemorySegment((MemorySegment) memory, base + i << 3, ORDER);
    } else if (kind == Kind.FLOAT_ARRAY) {
      ((FloatVector) lanes).intoArray((float[]) memory, i);
    } else if (kind == Kind.FLOAT_SEGMENT) {
      ((FloatVector) lanes).intoMemorySegment((MemorySegment) memory, base + i << 2, ORDER);
    } else {
      storeBits(memory, kind, i, base, encode16(lanes, random));
    }
  }

  /** The floats that numbers of 16 bits stand for. */
  private static FloatVector decode16(IntVector bits) {
    return bits.lanewise(LSHL, 16).reinterpretAsFloats();
  }

  /** The 16 bits of floats, and any ones above them; to nearest where there are no random numbers. */
  private static IntVector encode16(Vector<?> floats, IntVector random) {
    final IntVector bits = HAS_SHORT_NAN ? floats.reinterpretAsInts() : withoutPayload(floats);
    final IntVector addend =
        random == null ? bits.lanewise(LSHR, 16).and(1).add(0x7fff) : random;
    return bits.add(addend).lanewise(LSHR, 16);
  }

  /** The bits of floats, with the payload of NaN limited so that no carry makes it a zero, see {@link Bfloat16}. */
  private static IntVector withoutPayload(Vector<?> floats) {
    return floats.reinterpretAsInts().min(Bfloat16.NAN).lanewise(UMIN, Bfloat16.NEGATIVE_NAN);
  }

  private static Vector<Number> join(IntVector upper, IntVector lower) {
    // The lower half has a sign.
    final Vector<?> floats =
        upper.lanewise(LSHL, 16)
            .add(lower.lanewise(LSHL, 16).lanewise(ASHR, 16))
            .reinterpretAsFloats();
    return (Vector<Number>) floats;
  }

  /** As {@link Kind#isShortArray}, which might not be inlined. */
  private static boolean isShortArray(Kind kind) {
    return kind == Kind.BFLOAT16_ARRAY;
  }

  private static IntVector bits(Object memory, Kind kind, int i, long base) {
    final ShortVector halves =
        isShortArray(kind)
            ? ShortVector.fromArray(SHORTS, (short[]) memory, i)
            : ShortVector.fromMemorySegment(SHORTS, (MemorySegment) memory, base + i << 1, ORDER);
    return (IntVector) halves.convertShape(ZERO_EXTEND_S2I, INTS, 0);
  }

  private static void storeBits(Object memory, Kind kind, int i, long base, IntVector bits) {
    final ShortVector halves = (ShortVector) bits.convertShape(I2S, SHORTS, 0);
    if (isShortArray(kind)) {
      halves.intoArray((short[]) memory, i);
    } else {
      halves.intoMemorySegment((MemorySegment) memory, base + i << 1, ORDER);
    }
  }
}
