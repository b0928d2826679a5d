package org.adamant.bench.support;

import java.util.Arrays;
import java.util.Iterator;
import org.adamant.LaneWidth;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Lane widths as users write and read them. */
public final class Widths {

  /** The label of the scalar loop. */
  public static final String AUTO_VECTORISED = "auto-vectorised";

  /** Shown once on each page or terminal that shows the label. */
  public static final String EXPLANATION =
      "\"" + AUTO_VECTORISED
          + "\" is the kernel's scalar loop, which C2 vectorises by itself where it can.";

  private Widths() {}

  /** The label of a width, such as {@code 256 bits}, by the name of its constant. */
  public static String label(String name) {
    if (name.equals(LaneWidth.SCALAR.name())) {
      return AUTO_VECTORISED;
    }
    return name.startsWith("BITS_")
        ? name.substring("BITS_".length()) + " bits"
        : name + " kernel";
  }

  public static String label(LaneWidth width) {
    return label(width.name());
  }

  /** The name of a width in options. */
  public static String written(LaneWidth width) {
    return width == LaneWidth.SCALAR ? "scalar" : Integer.toString(width.bits());
  }

  /** Reads {@code scalar}, {@code 64}, ... */
  public static final class Converter implements ITypeConverter<LaneWidth> {
    @Override
    public LaneWidth convert(String text) {
      return Arrays.stream(LaneWidth.values())
          .filter(width -> written(width).equals(text.strip()))
          .findFirst()
          .orElseThrow(
              () -> new TypeConversionException(
                  "'" + text + "' is no lane width; expected some of "
                      + String.join(", ", new Labels())));
    }
  }

  /** All widths, for the help. */
  public static final class Labels implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(LaneWidth.values()).map(Widths::written).toList().iterator();
    }
  }
}
