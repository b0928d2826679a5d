package org.adamant.bench.train.program;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The programs, in the order in which they run. */
public enum ProgramName {
  LINEAR(LinearProgram::new),
  DIABETES(DiabetesProgram::new),
  NETWORK(NetworkProgram::new),
  DIGITS(DigitsProgram::new),
  SPARSE(SparseProgram::new),
  OUTLIERS(OutlierProgram::new),
  NOISY(NoisyProgram::new),
  FORMATS(FormatsProgram::new),
  SCHEDULES(SchedulesProgram::new),
  LARGE(LargeProgram::new),
  SPEED(SpeedProgram::new);

  private final Supplier<Program> constructor;

  ProgramName(Supplier<Program> constructor) {
    this.constructor = constructor;
  }

  public Program create() {
    return constructor.get();
  }

  /** The name in options. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static String labels() {
    return Arrays.stream(values()).map(ProgramName::label).collect(Collectors.joining(", "));
  }

  /** For the help text. */
  public static final class Labels implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(values()).map(ProgramName::label).iterator();
    }
  }

  /** Reads what a user wrote. */
  public static final class Converter implements ITypeConverter<ProgramName> {
    @Override
    public ProgramName convert(String label) {
      return Arrays.stream(values())
          .filter(name -> name.label().equals(label.strip()))
          .findFirst()
          .orElseThrow(
              () -> new TypeConversionException(
                  "'" + label + "' is no program; expected some of " + labels()));
    }
  }
}
