package org.adamant.spark;

import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.adamant.Format;
import org.adamant.Storage;

/** Arrays by their format. Shards are serialised, so their numbers lie in arrays. */
final class Numbers {

  /** The most numbers that an array can have on every JVM. */
  static final int LONGEST = Integer.MAX_VALUE - 8;

  private Numbers() {}

  /** {@return the format of a parameter in such an array; null if no parameter lies in one} */
  static Format formatOf(Object array) {
    if (array instanceof float[]) {
      return Format.FLOAT32;
    }
    if (array instanceof double[]) {
      return Format.FLOAT64;
    }
    return array instanceof short[] ? Format.BFLOAT16 : null;
  }

  /** {@return the format in which a step on such parameters computes} */
  static Format computing(Format params) {
    return params == Format.FLOAT64 ? Format.FLOAT64 : Format.FLOAT32;
  }

  static String typeOf(Format format) {
    return switch (format) {
      case FLOAT32 -> "float[]";
      case FLOAT64 -> "double[]";
      case BFLOAT16 -> "short[]";
      case BLOCK8 -> "byte[]";
    };
  }

  static int length(Object array) {
    return java.lang.reflect.Array.getLength(array);
  }

  static Serializable zeros(Format format, int length) {
    return switch (format) {
      case FLOAT32 -> new float[length];
      case FLOAT64 -> new double[length];
      case BFLOAT16 -> new short[length];
      case BLOCK8 -> new byte[Math.toIntExact(format.byteSize(length))];
    };
  }

  static MemorySegment segment(Object array) {
    if (array instanceof float[] floats) {
      return MemorySegment.ofArray(floats);
    }
    if (array instanceof double[] doubles) {
      return MemorySegment.ofArray(doubles);
    }
    return array instanceof short[] shorts
        ? MemorySegment.ofArray(shorts)
        : MemorySegment.ofArray((byte[]) array);
  }

  static Storage storage(Format format, Object array) {
    return Storage.of(segment(array), format);
  }

  static Serializable copy(Object array) {
    if (array instanceof byte[] bytes) {
      return bytes.clone();
    }
    return range(array, 0, length(array));
  }

  static Serializable range(Object array, int first, int length) {
    if (array instanceof float[] floats) {
      return Arrays.copyOfRange(floats, first, first + length);
    }
    if (array instanceof double[] doubles) {
      return Arrays.copyOfRange(doubles, first, first + length);
    }
    return Arrays.copyOfRange((short[]) array, first, first + length);
  }

  /** {@return the numbers of parameters in the format in which a step on them computes} */
  static Serializable computed(Object params) {
    if (!(params instanceof short[] bits)) {
      return copy(params);
    }
    final float[] floats = new float[bits.length];
    for (int i = 0; i < bits.length; i++) {
      floats[i] = Float.intBitsToFloat(bits[i] << Short.SIZE);
    }
    return floats;
  }

  /** Adds numbers to others; each sum is rounded once. */
  static void add(Object to, Object from) {
    if (to instanceof float[] sums) {
      final float[] floats = (float[]) from;
      for (int i = 0; i < sums.length; i++) {
        sums[i] += floats[i];
      }
    } else {
      final double[] sums = (double[]) to;
      final double[] doubles = (double[]) from;
      for (int i = 0; i < sums.length; i++) {
        sums[i] += doubles[i];
      }
    }
  }
}
