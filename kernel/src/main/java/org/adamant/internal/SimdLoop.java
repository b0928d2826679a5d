package org.adamant.internal;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The SIMD loop, once for all element types, lane widths and variants: the operations of {@link
 * ReferenceLoop} in the same order, each on all lanes. Every one of them (fma, sub, add, mul, div,
 * sqrt) is correctly rounded by IEEE 754, so each lane gets the bits of the reference. What is left
 * over at the end of a slice is done by the reference itself; it may not be covered by a last vector
 * that overlaps the one before, because a step done twice is not a step done once.
 *
 * <p>This class is a template: it is never initialised itself, {@link Specialiser} defines it again as
 * a hidden class for each {@link Specialisation}. The species must be a constant: from an instance field
 * the loop runs at half the speed, as a parameter 73 times slower.
 */
// Vector<Number> stands for FloatVector and DoubleVector alike; which one, the constants say.
@SuppressWarnings("unchecked")
final class SimdLoop extends Loop {

  private static final Specialisation CONSTANTS =
      Specialiser.classData(MethodHandles.lookup(), Specialisation.class);
  private static final boolean FLOAT = CONSTANTS.element() == Specialisation.Element.FLOAT;
  private static final boolean DECAY = CONSTANTS.variant().decay();
  private static final VectorShape SHAPE = VectorShape.forBitSize(CONSTANTS.laneBits());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, SHAPE);
  private static final int LANES = FLOAT ? FLOATS.length() : DOUBLES.length();
  private static final Loop TAIL = Specialiser.loop(CONSTANTS.scalar());

  SimdLoop() {}

  @Override
  void block(Coefficients c, Object params, Object grads, Object m, Object v, int from, int to) {
    final int end = from + ((to - from) & -LANES);
    final Vector<Number> w1 = broadcast(c.firstMomentWeight());
    final Vector<Number> w2 = broadcast(c.secondMomentWeight());
    final Vector<Number> negativeStepSize = broadcast(c.negativeStepSize());
    final Vector<Number> rootScale = broadcast(c.rootScale());
    final Vector<Number> epsilon = broadcast(c.epsilon());
    final Vector<Number> negativeDecay = broadcast(c.negativeDecay());
    for (int i = from; i < end; i += LANES) {
      final Vector<Number> g = load(grads, i);
      final Vector<Number> m0 = load(m, i);
      final Vector<Number> v0 = load(v, i);
      Vector<Number> p = load(params, i);

      if (DECAY) {
        p = fma(negativeDecay, p, p);
      }
      final Vector<Number> m1 = fma(w1, g.sub(m0), m0);
      final Vector<Number> v1 = fma(w2, fma(g, g, v0.neg()), v0);
      final Vector<Number> d = fma(v1.lanewise(VectorOperators.SQRT), rootScale, epsilon);
      p = p.add(negativeStepSize.mul(m1).div(d));

      store(m, i, m1);
      store(v, i, v1);
      store(params, i, p);
    }
    if (end < to) {
      TAIL.block(c, params, grads, m, v, end, to);
    }
  }

  @Override
  void flush(Object m, Object v, int from, int to) {
    TAIL.flush(m, v, from, to);
  }

  private static Vector<Number> broadcast(double x) {
    final Vector<?> all =
        FLOAT ? FloatVector.broadcast(FLOATS, (float) x) : DoubleVector.broadcast(DOUBLES, x);
    return (Vector<Number>) all;
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

  private static Vector<Number> fma(Vector<Number> a, Vector<Number> b, Vector<Number> c) {
    return a.lanewise(VectorOperators.FMA, b, c);
  }
}
