package org.adamant;

import java.util.function.Supplier;
import org.adamant.internal.width.WidthProperty;

/** The program of the JVMs that {@link ChooserTest} forks: it asks for kernels and prints the results. */
final class ForkedChooser {

  private ForkedChooser() {}

  /**
   * Asks for the preferred kernel in three ways; or, with arguments, for each of these widths in
   * two.
   *
   * @param args widths as a user writes them
   */
  public static void main(String[] args) {
    if (args.length == 0) {
      print(LaneWidth::preferred);
      print(() -> AdamKernel.preferred().laneWidth());
      print(() -> AdamOptimizer.create(Adam.defaults()).kernel().laneWidth());
    }
    for (String label : args) {
      System.setProperty(LaneWidth.PROPERTY, label);
      print(LaneWidth::preferred);
      print(() -> AdamKernel.of(LaneWidth.of(WidthProperty.parse(label))).laneWidth());
    }
  }

  private static void print(Supplier<LaneWidth> width) {
    String line;
    try {
      line = width.get().toString();
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      line = e.toString();
    }
    System.out.println(line);
  }
}
