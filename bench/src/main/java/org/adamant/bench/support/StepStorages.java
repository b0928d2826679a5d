package org.adamant.bench.support;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.adamant.AdamSlice;
import org.adamant.Format;
import org.adamant.Storage;
import org.adamant.bench.support.StepArrays.Role;

/**
 * The operands of a step in formats of their own: the values of {@link StepArrays}, rounded to their format. Arrays
 * are kept apart in memory as those are; the allocation of native memory does the same.
 */
public final class StepStorages {

  private final int length;
  private final Storage[] storages = new Storage[Role.AVERAGE.ordinal()];
  private final Arena arena;
  private final List<byte[]> gaps = new ArrayList<>();

  /**
   * Ordinary parameters and gradients, and moments of zero.
   *
   * @param isNative whether they lie in native memory, which is freed with these operands; otherwise in arrays
   */
  public StepStorages(Format params, Format grads, Format moments, int length, boolean isNative) {
    this.length = length;
    this.arena = isNative ? Arena.ofAuto() : null;
    put(Role.PARAMS, params, StepArrays.LARGEST_PARAM);
    put(Role.GRADS, grads, StepArrays.LARGEST_GRAD);
    put(Role.FIRST_MOMENT, moments, 0);
    put(Role.SECOND_MOMENT, moments, 0);
    if (!isNative) {
      StepArrays.settle();
    }
  }

  private void put(Role role, Format format, double bound) {
    final Storage storage = allocate(format);
    storages[role.ordinal()] = storage;
    gaps.add(StepArrays.gap(role));
    if (bound > 0) {
      final float[] values = (float[]) Element.FLOAT.random(length, bound, role.ordinal());
      for (int i = 0; i < length; i++) {
        storage.set(i, values[i]);
      }
    }
  }

  /** One more operand, zero. */
  public Storage allocate(Format format) {
    if (arena != null) {
      return Storage.allocate(format, length, arena);
    }
    return format == Format.FLOAT32
        ? Storage.of(new float[length])
        : Storage.ofBfloat16(new short[length]);
  }

  /** One of the four. */
  public Storage get(Role role) {
    return storages[role.ordinal()];
  }

  /** The values of one of the four, exactly. */
  public float[] floats(Role role) {
    final float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) get(role).get(i);
    }
    return values;
  }

  /** The four. */
  public AdamSlice slice() {
    return AdamSlice.of(storages[0], storages[1], storages[2], storages[3]);
  }
}
