package org.adamant;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** The entries of a map of a call, read once: only by them are names compared. */
final class MapEntries {
  final String[] names;
  final Object[] values;

  private MapEntries(String[] names, Object[] values) {
    this.names = names;
    this.values = values;
  }

  static MapEntries of(Map<String, ?> map, String what) {
    final List<String> names = new ArrayList<>(map.size());
    final List<Object> values = new ArrayList<>(map.size());
    for (Map.Entry<String, ?> entry : map.entrySet()) {
      final String name = entry.getKey();
      if (name == null) {
        throw new NullPointerException("the name of a " + what + " is null");
      }
      names.add(name);
      values.add(entry.getValue());
    }
    return new MapEntries(names.toArray(new String[0]), values.toArray());
  }

  /** Whether these are the entries of a map, in its present order. */
  boolean match(Map<String, ?> map) {
    final Comparison comparison = new Comparison(names, values);
    // By the map's own loop, which takes one call per entry; an iterator takes four.
    map.forEach(comparison);
    return comparison.isSame && comparison.count == names.length;
  }

  /** The values by name. */
  Map<String, Object> byName(String what) {
    final Map<String, Object> byName = HashMap.newHashMap(names.length);
    for (int i = 0; i < names.length; i++) {
      byName.put(names[i], values[i]);
      if (byName.size() == i) {
        throw new IllegalArgumentException(
            what + " '" + names[i]
                + "' comes twice: expected every name once, in a map that compares names by equals");
      }
    }
    return byName;
  }

  /** Compares the entries of a map, one after the other, with earlier ones. */
  private static final class Comparison implements BiConsumer<String, Object> {
    private final String[] names;
    private final Object[] values;
    private int count;
    private boolean isSame = true;

    Comparison(String[] names, Object[] values) {
      this.names = names;
      this.values = values;
    }

    @Override
    public void accept(String name, Object value) {
      if (isSame) {
        isSame = count < names.length && value == values[count] && areEqual(name, names[count]);
        count++;
      }
    }

    private static boolean areEqual(String name, String other) {
      return name == other || other.equals(name);
    }
  }
}
