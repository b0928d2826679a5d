package org.adamant.bench.suite;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Lane widths as users write and read them. */
public final class Widths {

  private Widths() {}

  /**
   * How a width is shown.
   *
   * @param name the name of a {@link LaneWidth}
   * @return for example {@code 256 bits}
   */
  public static String label(String name) {
    return name.equals(LaneWidth.SCALAR.name())
        ? "scalar"
        : name.startsWith("BITS_") ? name.substring("BITS_".length()) + " bits" : name;
  }

  private static String written(LaneWidth width) {
    return width == LaneWidth.SCALAR ? "scalar" : Integer.toString(width.bits());
  }

  /** Reads {@code scalar}, {@code 64}, ... and refuses what this JVM does not run. */
  static final class Converter implements ITypeConverter<LaneWidth> {
    @Override
    public LaneWidth convert(String text) {
      final LaneWidth width =
          Arrays.stream(LaneWidth.values())
              .filter(w -> written(w).equals(text.strip()))
              .findFirst()
              .orElseThrow(
                  () -> new TypeConversionException(
                      "'" + text + "' is no lane width; expected some of "
                          + String.join(", ", new Labels())));
      try {
        AdamKernel.of(width);
      } catch (UnsupportedOperationException e) {
        throw new TypeConversionException(e.getMessage());
      }
      return width;
    }
  }

  /** All widths, for the help. */
  static final class Labels implements Iterable<String> {
    private static final List<String> ALL =
        Arrays.stream(LaneWidth.values()).map(Widths::written).toList();

    @Override
    public Iterator<String> iterator() {
      return ALL.iterator();
    }
  }
}
