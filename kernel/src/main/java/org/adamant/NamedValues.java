package org.adamant;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.adamant.checkpoint.CheckpointException;

/** Text of the form "name=value name=value", in the metadata of a file. */
final class NamedValues {

  private final String file;
  private final String owner;
  private final Map<String, String> values;

  private NamedValues(String file, String owner, Map<String, String> values) {
    this.file = file;
    this.owner = owner;
    this.values = values;
  }

  // ---- Writing. ----

  /** Writes such text, in the order of the calls. */
  static final class Text {
    private final Map<String, Object> values = new LinkedHashMap<>();

    Text with(String name, Object value) {
      values.put(name, value);
      return this;
    }

    @Override
    public String toString() {
      final StringJoiner text = new StringJoiner(" ");
      values.forEach((name, value) -> text.add(name + "=" + value));
      return text.toString();
    }
  }

  // ---- Reading. ----

  /**
   * Reads such text.
   *
   * @param file the file that has it, for messages
   * @param owner its subject, for messages
   * @param text the text
   */
  static NamedValues parse(String file, String owner, String text) throws CheckpointException {
    final Map<String, String> values = new HashMap<>();
    // By the limit of 0, spaces at the end are of no account.
    for (String field : text.split(" ", 0)) {
      final int end = field.indexOf('=');
      if (end < 1 || values.put(field.substring(0, end), field.substring(end + 1)) != null) {
        throw new CheckpointException(
            file + ": metadata '" + text + "': expected names and values");
      }
    }
    return new NamedValues(file, owner, values);
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  String text(String name) throws CheckpointException {
    final String value = values.get(name);
    if (value == null) {
      throw invalid(owner + " has no " + name + ": expected one");
    }
    return value;
  }

  long number(String name) throws CheckpointException {
    return parseNumber(text(name));
  }

  /** {@return the number in a part of a value} */
  long parseNumber(String value) throws CheckpointException {
    try {
      final long number = Long.parseLong(value);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw invalid(owner + " has " + value + ": expected a whole number of at least 0");
  }

  boolean isTrue(String name) throws CheckpointException {
    final String value = text(name);
    if (!value.equals("true") && !value.equals("false")) {
      throw invalid(name, "true or false");
    }
    return value.equals("true");
  }

  Format format(String name) throws CheckpointException {
    final String value = text(name);
    for (Format format : Format.values()) {
      if (format.name().equals(value)) {
        return format;
      }
    }
    throw invalid(name, "a format");
  }

  /** {@return the exception for an unexpected value} */
  CheckpointException invalid(String name, String expected) {
    return invalid(owner + ": " + name + " = " + values.get(name) + ": expected " + expected);
  }

  private CheckpointException invalid(String what) {
    return new CheckpointException(file + ": " + what);
  }
}
