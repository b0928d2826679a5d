package org.adamant.proptest.witness;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.proptest.State;

/**
 * A fixed run over all variants and both types.
 *
 * @param length the number of elements
 * @param steps the number of steps, from step 1
 */
record WitnessRun(int length, int steps) {

  /** A run of more than one block, with tails of every width, and long enough to be compiled. */
  static final WitnessRun FULL = new WitnessRun(5003, 1000);

  /** A run for JVMs in which a step is a thousand times slower; it includes the 64th step, which flushes. */
  static final WitnessRun SHORT = new WitnessRun(67, 70);

  private static final List<Class<?>> TYPES = List.of(float.class, double.class);

  /** A line for each type and variant: its name and the hash of its final bits. */
  List<String> lines(AdamKernel kernel) {
    final List<String> lines = new ArrayList<>();
    for (Class<?> type : TYPES) {
      for (Variant variant : Variant.ALL) {
        lines.add(type + " " + variant + " " + hash(kernel, type, variant));
      }
    }
    return lines;
  }

  /** The hash of all lines. */
  static String hash(List<String> lines) {
    final MessageDigest digest = sha256();
    for (String line : lines) {
      digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private String hash(AdamKernel kernel, Class<?> type, Variant variant) {
    final State state = State.zeros(type, length);
    final AdamSlice slice = state.slice();
    final WitnessInputs inputs = new WitnessInputs(type);
    inputs.fillParams(state.params(), length);
    state.startAverage();
    for (int t = 1; t <= steps; t++) {
      inputs.fillGrads(state.grads(), length, t);
      kernel.step(variant.atStep(t), slice);
    }
    final MessageDigest digest = sha256();
    for (Object array : state.arrays()) {
      digest.update(bits(array, length));
    }
    return HexFormat.of().formatHex(digest.digest(), 0, Long.BYTES);
  }

  /** The bits of an array, most significant first; every NaN has the same bits. */
  private static byte[] bits(Object array, int length) {
    final ByteBuffer bytes = ByteBuffer.allocate(length * Double.BYTES);
    for (int i = 0; i < length; i++) {
      if (array instanceof float[] floats) {
        bytes.putInt(Float.floatToIntBits(floats[i]));
      } else {
        bytes.putLong(Double.doubleToLongBits(((double[]) array)[i]));
      }
    }
    final byte[] used = new byte[bytes.flip().remaining()];
    bytes.get(used);
    return used;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
