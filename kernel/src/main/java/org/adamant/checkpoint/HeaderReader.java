package org.adamant.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the JSON of a header. Its form is known, so there is no tree of JSON and no recursion: another form is
 * refused at the first character that differs. Memory is at most a few dozen times the text.
 */
final class HeaderReader {

  static final String METADATA = "__metadata__";

  /** The header's entry of a tensor, not yet checked against the others. */
  // Never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Entry(String name, DType dtype, long[] shape, long begin, long end) {}

  private final String where;
  private final String text;
  private int at;

  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** Reads a header; messages call the file {@code where}. */
  HeaderReader(String where, byte[] header) throws CheckpointException {
    this.where = where;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(header)).toString();
    } catch (CharacterCodingException e) {
      throw new CheckpointException(where + ": the header is not in UTF-8", e);
    }
    readHeader();
  }

  /** The metadata, in the order of the header. */
  Map<String, String> metadata() {
    return metadata;
  }

  /** The tensors by name, in the order of the header. */
  Map<String, Entry> entries() {
    return entries;
  }

  private void readHeader() throws CheckpointException {
    boolean hasMetadata = false;
    expect('{');
    if (!skip('}')) {
      do {
        final String key = string();
        expect(':');
        if (!key.equals(METADATA)) {
          if (entries.put(key, tensor(key)) != null) {
            throw invalid("tensor " + quote(key) + " is there twice: expected names that differ");
          }
        } else if (hasMetadata) {
          throw invalid(METADATA + " is there twice: expected one");
        } else {
          hasMetadata = true;
          readMetadata();
        }
      } while (skip(','));
      expect('}');
    }
    skipSpace();
    if (at < text.length()) {
      throw unexpected("nothing but white space after the header's }");
    }
  }

  private void readMetadata() throws CheckpointException {
    expect('{');
    if (!skip('}')) {
      do {
        final String key = string();
        expect(':');
        if (metadata.put(key, string()) != null) {
          throw invalid(
              METADATA + " has " + quote(key) + " twice: expected keys that differ");
        }
      } while (skip(','));
      expect('}');
    }
  }

  private Entry tensor(String name) throws CheckpointException {
    DType dtype = null;
    long[] shape = null;
    long[] offsets = null;
    expect('{');
    // The object is not empty, so there is a first key.
    do {
      final String key = string();
      expect(':');
      final boolean isNew;
      switch (key) {
        case "dtype" -> {
          isNew = dtype == null;
          dtype = dtype(name, string());
        }
        case "shape" -> {
          isNew = shape == null;
          shape = numbers();
        }
        case "data_offsets" -> {
          isNew = offsets == null;
          offsets = numbers();
        }
        default -> throw invalid(
            "tensor " + quote(name) + " has the key " + quote(key)
                + ": expected dtype, shape and data_offsets");
      }
      if (!isNew) {
        throw invalid("tensor " + quote(name) + " has the key " + key + " twice: expected it once");
      }
    } while (skip(','));
    expect('}');
    if (dtype == null || shape == null || offsets == null) {
      throw invalid(
          "tensor " + quote(name) + " has no "
              + (dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets")
              + ": expected dtype, shape and data_offsets");
    }
    if (offsets.length != 2) {
      throw invalid(
          "tensor " + quote(name) + " has " + offsets.length
              + " data_offsets: expected 2, begin and end");
    }
    return new Entry(name, dtype, shape, offsets[0], offsets[1]);
  }

  private DType dtype(String tensor, String name) throws CheckpointException {
    for (DType dtype : DType.values()) {
      if (dtype.name().equals(name)) {
        return dtype;
      }
    }
    throw invalid(
        "tensor " + quote(tensor) + ": dtype = " + quote(name) + ": expected one of "
            + Arrays.toString(DType.values()));
  }

  private long[] numbers() throws CheckpointException {
    long[] numbers = new long[4];
    int count = 0;
    expect('[');
    if (!skip(']')) {
      do {
        if (count == numbers.length) {
          numbers = Arrays.copyOf(numbers, 2 * count);
        }
        numbers[count++] = number();
      } while (skip(','));
      expect(']');
    }
    return Arrays.copyOf(numbers, count);
  }

  /** A number of digits only: no sign, no fraction, no exponent, and, as in all JSON, no leading zero. */
  private long number() throws CheckpointException {
    skipSpace();
    final int from = at;
    long number = 0;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      number = 10 * number + (text.charAt(at) - '0');
      at++;
      if (number > DType.MAX_NUMBER) {
        throw invalid(
            "the number at character " + from + " of the header is more than 2^48, "
                + DType.MAX_NUMBER + ": expected at most that");
      }
      if (number == 0) {
        break;
      }
    }
    if (at == from) {
      throw unexpected("a whole number, not negative");
    }
    return number;
  }

  private String string() throws CheckpointException {
    expect('"');
    final StringBuilder string = new StringBuilder();
    while (true) {
      final char c = at < text.length() ? text.charAt(at) : 0;
      if (c < ' ') {
        throw unexpected("a character of a string, or its closing \"");
      }
      at++;
      if (c == '"') {
        break;
      }
      string.append(c == '\\' ? escaped() : c);
    }
    requirePairs(string);
    return string.toString();
  }

  /** The character after a backslash that was read. */
  private char escaped() throws CheckpointException {
    final char c = at < text.length() ? text.charAt(at) : 0;
    final char meant =
        switch (c) {
          case '"', '\\', '/', 'u' -> c;
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          default -> throw unexpected("one of \" \\ / b f n r t u after a \\");
        };
    at++;
    if (c != 'u') {
      return meant;
    }
    int code = 0;
    for (int i = 0; i < 4; i++) {
      // Not Character.digit alone, which accepts the digits of other scripts, too.
      final char digit = at < text.length() ? text.charAt(at) : 0;
      final int value = digit < 128 ? Character.digit(digit, 16) : -1;
      if (value < 0) {
        throw unexpected("four hexadecimal digits after a \\u");
      }
      code = code << 4 | value;
      at++;
    }
    return (char) code;
  }

  /** Refuses half of a surrogate pair: two names with different halves could be written as the same bytes. */
  private void requirePairs(CharSequence string) throws CheckpointException {
    final int lone = loneSurrogate(string);
    if (lone >= 0) {
      throw invalid(
          "the string before character " + at + " of the header has half of a surrogate pair, \\u"
              + Integer.toHexString(string.charAt(lone)) + ": expected both");
    }
  }

  /** The index of the first half of a surrogate pair that stands alone; -1 if there is none. */
  static int loneSurrogate(CharSequence string) {
    for (int i = 0; i < string.length(); i++) {
      if (Character.isHighSurrogate(string.charAt(i))
          && i + 1 < string.length()
          && Character.isLowSurrogate(string.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(string.charAt(i))) {
        return i;
      }
    }
    return -1;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  /** Skips white space and a character, if that comes next. */
  private boolean skip(char expected) {
    skipSpace();
    if (at < text.length() && text.charAt(at) == expected) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char expected) throws CheckpointException {
    if (!skip(expected)) {
      throw unexpected(expected == '"' ? "a string" : String.valueOf(expected));
    }
  }

  private CheckpointException unexpected(String expected) {
    final String found =
        at < text.length() ? "has " + quote(text.substring(at, at + 1)) : "ends";
    return invalid("the header " + found + " at character " + at + ": expected " + expected);
  }

  private CheckpointException invalid(String message) {
    return new CheckpointException(where + ": " + message);
  }

  /** A string for a message, with line breaks escaped and a long name shortened. */
  static String quote(String string) {
    final int shown = 100;
    final StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < Math.min(shown, string.length()); i++) {
      final char c = string.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (Character.isISOControl(c) || Character.isSurrogate(c)) {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append(string.length() > shown ? "...\"" : "\"").toString();
  }
}
