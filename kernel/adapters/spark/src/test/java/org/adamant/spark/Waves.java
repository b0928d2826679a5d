package org.adamant.spark;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A cheap gradient of any parameters, which depends on everything that it may depend on: each parameter, each
 * sample and their order.
 *
 * @param bad the steps in which an element of the gradients is NaN
 * @param scale the factor of all gradients
 */
record Waves(Set<Long> bad, double scale) implements GradientFunction<Long> {

  Waves() {
    this(Set.of(), 1);
  }

  @Override
  public Gradients gradient(Parameters parameters, List<Long> samples) {
    double loss = 0;
    long state = 0;
    for (long sample : samples) {
      state = (state ^ sample) * 0x9e3779b97f4a7c15L;
      loss = loss * 0.5 + sample;
    }
    final boolean isBad = bad.contains(parameters.step());
    final Map<String, Serializable> gradients = new LinkedHashMap<>();
    for (String name : parameters.names()) {
      final Serializable array = parameters.array(name);
      final Serializable values = Numbers.computed(array);
      final double factor = scale * parameters.lossScale();
      for (int i = 0; i < Numbers.length(values); i++) {
        long x = state + i * 0x2545f4914f6cdd1dL;
        x ^= x >>> 29;
        x *= 0xbf58476d1ce4e5b9L;
        final double wave = (x >> 40) * 0x1p-23;
        if (values instanceof float[] floats) {
          floats[i] = (float) ((wave + floats[i]) * factor);
        } else {
          final double[] doubles = (double[]) values;
          doubles[i] = (wave + doubles[i]) * factor;
        }
      }
      if (isBad && values instanceof float[] floats && floats.length > 7) {
        floats[7] = Float.NaN;
      }
      gradients.put(name, values);
    }
    return new Gradients(loss, gradients);
  }
}
