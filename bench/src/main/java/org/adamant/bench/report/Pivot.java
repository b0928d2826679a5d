package org.adamant.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BiFunction;
import org.adamant.bench.page.Table;
import org.adamant.bench.results.Spread;

/** Numbers by row and column; several in one place become their median. */
final class Pivot {

  private final Map<String, Map<String, List<Double>>> rows = new LinkedHashMap<>();
  private final Set<String> columns = new LinkedHashSet<>();

  void put(String row, String column, double value) {
    columns.add(column);
    rows.computeIfAbsent(row, _ -> new LinkedHashMap<>())
        .computeIfAbsent(column, _ -> new ArrayList<>())
        .add(value);
  }

  OptionalDouble get(String row, String column) {
    final List<Double> values = rows.getOrDefault(row, Map.of()).getOrDefault(column, List.of());
    return values.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            Spread.median(values.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  Set<String> rows() {
    return rows.keySet();
  }

  /**
   * A table.
   *
   * @param cell the text for a row and a column that have a number
   */
  Table table(String caption, String corner, BiFunction<String, String, String> cell) {
    final List<String> header = new ArrayList<>(List.of(corner));
    header.addAll(columns);
    final List<List<String>> cells = new ArrayList<>();
    for (String row : rows.keySet()) {
      final List<String> texts = new ArrayList<>(List.of(row));
      for (String column : columns) {
        texts.add(get(row, column).isPresent() ? cell.apply(row, column) : "");
      }
      cells.add(texts);
    }
    return new Table(caption, header, cells);
  }
}
