package org.adamant;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.adamant.internal.loop.Shared;

/** The kernels of a program. Each is made when it is first asked for, and kept, as another one would start anew. */
final class KernelCache {

  private static final Map<LaneWidth, AdamKernel> BY_WIDTH = new ConcurrentHashMap<>();

  /** The preferred kernels, by the value of the property under which they were chosen; empty for none. */
  private static final ConcurrentMap<String, AdamKernel> BY_PROPERTY = new ConcurrentHashMap<>();

  private KernelCache() {}

  static AdamKernel preferred() {
    final String property = System.getProperty(LaneWidth.PROPERTY, "");
    final AdamKernel known = BY_PROPERTY.get(property);
    return known != null
        ? known
        : Shared.keep(BY_PROPERTY, property, SpecialisedKernel.newPreferred(property));
  }

  static AdamKernel of(LaneWidth width) {
    Arguments.requireNonNull("width", width);
    return BY_WIDTH.computeIfAbsent(width, SpecialisedKernel::create);
  }
}
