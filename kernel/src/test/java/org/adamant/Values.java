package org.adamant;

/**
 * Numbers to step: ordinary ones as in training, and bit patterns from all classes of floating-point numbers. They
 * are the same for the same seed. The generator is xorshift, because a test that draws a number per element and
 * step needs a fast one.
 */
final class Values {

  private final ElementType type;
  private final int exponentBits;
  private final int fractionBits;
  private long state;

  Values(ElementType type, long seed) {
    this.type = type;
    this.exponentBits = type == ElementType.FLOAT ? 8 : 11;
    this.fractionBits = type == ElementType.FLOAT ? 23 : 52;
    this.state = seed * 0x9e3779b97f4a7c15L | 1;
  }

  private long next() {
    state ^= state << 13;
    state ^= state >>> 7;
    state ^= state << 17;
    return state;
  }

  /** Uniform in [0, 1). */
  double uniform() {
    return (next() >>> 11) * 0x1p-53;
  }

  /** Sets all four inputs of element i to ordinary numbers, v not negative. */
  void setOrdinary(StepArrays arrays, int i) {
    type.set(arrays.params(), i, uniform() - 0.5);
    type.set(arrays.m(), i, (uniform() - 0.5) * 0.02);
    type.set(arrays.v(), i, uniform() * 1e-4);
    setOrdinaryGradient(arrays, i);
  }

  /** Sets the gradient of element i to an ordinary number. */
  void setOrdinaryGradient(StepArrays arrays, int i) {
    type.set(arrays.grads(), i, (uniform() - 0.5) * 0.02);
  }

  /** Sets all four inputs of element i to numbers of any class, v mostly not negative. */
  void setSpecial(StepArrays arrays, int i) {
    type.setBits(arrays.params(), i, special());
    type.setBits(arrays.grads(), i, special());
    type.setBits(arrays.m(), i, special());
    // A negative v is no state a step leaves behind, but the bits must be the same all the same.
    final long signOfV = next() % 8 == 0 ? -1L : ~(1L << (exponentBits + fractionBits));
    type.setBits(arrays.v(), i, special() & signOfV);
  }

  /** Sets the gradient of element i to a number of any class. */
  void setSpecialGradient(StepArrays arrays, int i) {
    type.setBits(arrays.grads(), i, special());
  }

  /** Whether the next of many elements is to be a special one: true once in {@code oneIn} calls. */
  boolean once(int oneIn) {
    return Long.remainderUnsigned(next(), oneIn) == 0;
  }

  /** A bit pattern: the class is drawn first, then sign and digits. */
  private long special() {
    final long r = next();
    final long fraction = r >>> (64 - fractionBits);
    final long sign = (r & 1) << (exponentBits + fractionBits);
    final long maxExponent = (1L << exponentBits) - 1;
    return sign
        | switch ((int) (r >>> 1 & 7)) {
          case 0 -> 0; // a zero
          case 1 -> fraction; // subnormal, or zero
          case 2 -> 1; // the smallest subnormal
          case 3 -> 1L << fractionBits; // the smallest normal number
          case 4 -> maxExponent << fractionBits; // an infinity
          case 5 -> maxExponent << fractionBits | fraction; // NaN, all but surely
          case 6 -> (maxExponent - 1) << fractionBits | fraction; // huge: its square overflows
          default -> (r >>> 4 & maxExponent) << fractionBits | fraction; // any exponent
        };
  }
}
