package org.adamant;

import java.util.Arrays;
import java.util.List;
import org.adamant.internal.width.Preference;
import org.adamant.internal.width.SupportedWidths;
import org.adamant.internal.width.WidthProperty;

/**
 * The width of the vectors with which a kernel works. It changes the speed of a step, never a bit of its result.
 *
 * <p>The preferred width is the widest supported one. The system property {@value #PROPERTY} overrides it by {@code
 * scalar}, {@code 64}, {@code 128}, {@code 256} or {@code 512}.
 */
public enum LaneWidth {
  /** No vectors: the source steps one element at a time; the JIT may vectorise it. */
  SCALAR(SupportedWidths.SCALAR),
  /** 64 bits: two floats; one double, which is the scalar path. */
  BITS_64(64),
  /** 128 bits: four floats or two doubles (SSE, NEON). */
  BITS_128(128),
  /** 256 bits: eight floats or four doubles (AVX2, SVE-256). */
  BITS_256(256),
  /** 512 bits: sixteen floats or eight doubles (AVX-512, SVE-512). */
  BITS_512(512);

  /** The system property that overrides the preferred width. */
  public static final String PROPERTY = WidthProperty.NAME;

  private final int bits;

  LaneWidth(int bits) {
    this.bits = bits;
  }

  /**
   * The width in bits.
   *
   * @return 64 to 512, 0 for {@link #SCALAR}
   */
  public int bits() {
    return bits;
  }

  /**
   * Whether this JVM runs vectors of this width natively. {@link #SCALAR} always is.
   *
   * @return whether {@link AdamKernel#of} accepts this width
   */
  public boolean isSupported() {
    return SupportedWidths.obstacle(bits).isEmpty();
  }

  /**
   * The widths that this JVM runs natively.
   *
   * @return the widths from {@link #SCALAR}, which is always supported, to the widest
   */
  public static List<LaneWidth> supported() {
    return Arrays.stream(values()).filter(LaneWidth::isSupported).toList();
  }

  /**
   * The width of {@link AdamKernel#preferred}.
   *
   * @return the widest supported width, or the one that the system property {@value #PROPERTY} names
   * @throws IllegalArgumentException if the property names no width
   * @throws UnsupportedOperationException if it names a width that is not supported here
   */
  public static LaneWidth preferred() {
    return of(Preference.current().laneBits());
  }

  /** The constant of a width in bits. */
  static LaneWidth of(int bits) {
    for (LaneWidth width : values()) {
      if (width.bits == bits) {
        return width;
      }
    }
    throw new AssertionError(bits);
  }
}
