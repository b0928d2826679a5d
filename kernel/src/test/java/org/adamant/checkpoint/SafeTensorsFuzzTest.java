package org.adamant.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Files that are changed at random. Each is read correctly, or refused with a {@link CheckpointException}; another
 * reader of JSON decides which of the two is right. With {@code -Dadamant.heavy=true} there are a million files.
 */
class SafeTensorsFuzzTest {

  private static final int COUNT = Boolean.getBoolean("adamant.heavy") ? 1_000_000 : 50_000;

  private static final Pattern TOKEN =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|[0-9]+|\\s+|.", Pattern.DOTALL);

  /** What a token becomes. */
  private static final List<String> TOKENS =
      List.of(
          "0", "1", "2", "3", "4", "6", "8", "12", "16", "24", "-1", "-0", "1.0", "1e1", "01",
          "281474976710656", "281474976710657", "4294967296", "9223372036854775807",
          "9223372036854775808", "18446744073709551614", "340282366920938463463374607431768211456",
          "\"F32\"", "\"F4\"", "\"F6_E3M2\"", "\"U8\"", "\"I64\"", "\"BF16\"", "\"F8_E8M0\"",
          "\"f32\"", "\"\"", "\"a\"", "\"\\u0061\"", "\"shape\"", "\"dtype\"", "\"data_offsets\"",
          "\"__metadata__\"", "\"__metadata\\u005F_\"", "\"\\ud83d\\uDe00\"", "\"\\ud83d\"",
          "\"\\ude00\"", "\"\\q\"", "\"\\/\\b\\f\\n\\r\\t\\\\\\\"\"",
          "\"\u00e4\u6f22\ud83d\ude00\"",
          "\"\u0001\"", "\"\u007f\"", "\"", "\\", "{", "}", "[", "]", ",", ":", "{}", "[]", "[0]",
          "[0,0]", "[2,2]", "[[0]]", "null", "true", "NaN", "/**/", "//\n", "#", "'a'", " ", "\t",
          "\n", "\r", "\f", "\u00a0", "\ufeff", "\0", "[0,281474976710656,281474976710656]",
          "\"b\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},",
          "\"\":{\"data_offsets\":[0,0],\"shape\":[0,7],\"dtype\":\"F4\"},",
          "\"__metadata__\":{\"a\":\"b\"},");

  private final Random random = new Random(20_26);

  private static List<byte[]> seeds() throws IOException {
    final SafeTensorsWriter writer = SafeTensorsWriter.create().metadata("a", "b\"\n😀");
    int size = 0;
    for (DType type : DType.values()) {
      final long[] shape = {size++ % 3, 4};
      writer.tensor(
          type.name().toLowerCase(Locale.ROOT), type, shape,
          MemorySegment.ofArray(new byte[(int) type.byteSize(shape)]));
    }
    return List.of(
        Checkpoints.bytes(writer),
        Checkpoints.bytes(Checkpoints.of(5, 2)),
        Checkpoints.bytes(SafeTensorsWriter.create()),
        Checkpoints.file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}", 16),
        Checkpoints.file(
            " {\"__metadata__\" : {\"k\":\"\\u00e4\"}, \"a\":{\"shape\":[2],\"dtype\":\"U8\","
                + "\"data_offsets\":[4,6]},\"b\":{\"dtype\":\"F32\",\"data_offsets\":[0,4],"
                + "\"shape\":[]},\"c\":{\"dtype\":\"F4\",\"shape\":[0],\"data_offsets\":[4,4]}}\n",
            6));
  }

  @Test
  void anyFileIsRefusedOrReadAsAnotherReaderDoes() throws IOException {
    final List<byte[]> seeds = seeds();
    int taken = 0;
    for (byte[] seed : seeds) {
      assertThat(agrees(seed)).isTrue();
    }
    for (int i = 0; i < COUNT; i++) {
      byte[] file = seeds.get(random.nextInt(seeds.size()));
      for (int k = 1 + random.nextInt(3); k > 0; k--) {
        file =
            switch (random.nextInt(8)) {
              case 0, 1 -> withOtherBytes(file);
              case 2 -> withMoreEntries(file);
              default -> withOtherHeader(file);
            };
      }
      taken += agrees(file) ? 1 : 0;
    }
    // Neither verdict is rare.
    assertThat(taken).isBetween(COUNT / 20, COUNT / 2);
  }

  /** Compares the two readers. Returns whether they take the file. */
  private static boolean agrees(byte[] file) {
    final Optional<JacksonVerdict.Content> expected = JacksonVerdict.of(file);
    final SafeTensors read;
    try {
      read = Checkpoints.read(file);
    } catch (CheckpointException e) {
      if (expected.isPresent()) {
        throw new AssertionError("refused, but " + expected.get() + ": " + shown(file), e);
      }
      return false;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(shown(file), e);
    }
    if (expected.isEmpty()) {
      throw new AssertionError(read + " was taken: " + shown(file));
    }
    if (!read.metadata().equals(expected.get().metadata())
        || read.names().size() != expected.get().tensors().size()) {
      throw new AssertionError(read + ", but " + expected.get() + ": " + shown(file));
    }
    for (Map.Entry<String, JacksonVerdict.Found> entry : expected.get().tensors().entrySet()) {
      final Tensor tensor = read.tensor(entry.getKey());
      final JacksonVerdict.Found found = entry.getValue();
      if (!tensor.dtype().name().equals(found.dtype())
          || !Arrays.equals(tensor.shape(), found.shape())
          || !Arrays.equals(tensor.data().toArray(ValueLayout.JAVA_BYTE), found.data())
          || tensor.elements() * tensor.dtype().bits() != 8L * found.data().length) {
        throw new AssertionError(tensor + ", but " + found + ": " + shown(file));
      }
    }
    return true;
  }

  private static String shown(byte[] file) {
    return new String(file, StandardCharsets.ISO_8859_1) + " = " + HexFormat.of().formatHex(file);
  }

  private byte[] withOtherBytes(byte[] file) {
    final byte[] other = file.clone();
    switch (random.nextInt(5)) {
      case 0 -> {
        return Arrays.copyOf(file, random.nextInt(file.length + 1));
      }
      case 1 -> {
        return Arrays.copyOf(file, file.length + 1 + random.nextInt(9));
      }
      case 2 -> {
        if (file.length > 0) {
          other[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 3 -> {
        if (file.length > 0) {
          other[random.nextInt(file.length)] = (byte) random.nextInt();
        }
      }
      default -> {
        if (file.length >= 8) {
          final long[] lengths =
              {0, 1, file.length - 8, file.length - 7, file.length, 100_000_000, 100_000_001,
                Integer.MAX_VALUE, 1L << 31, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -1};
          return Checkpoints
              .file(
                  lengths[random.nextInt(lengths.length)], Arrays.copyOfRange(file, 8, file.length),
                  0);
        }
      }
    }
    return other;
  }

  /** Changes tokens of the header, and its length with it; a file that has none stays as it is. */
  private byte[] withOtherHeader(byte[] file) {
    final int length = headerLength(file);
    if (length < 0) {
      return file;
    }
    final List<String> tokens =
        TOKEN.matcher(new String(file, 8, length, StandardCharsets.UTF_8))
            .results()
            .map(MatchResult::group)
            .collect(Collectors.toCollection(ArrayList::new));
    if (!tokens.isEmpty()) {
      changeOne(tokens);
    }
    return withHeader(String.join("", tokens), file, length, 0);
  }

  /** Puts whole entries first, most of which would be right alone, and perhaps bytes behind all. */
  private byte[] withMoreEntries(byte[] file) {
    final int length = headerLength(file);
    if (length < 0) {
      return file;
    }
    final StringBuilder header =
        new StringBuilder(new String(file, 8, length, StandardCharsets.UTF_8));
    final int data = file.length - 8 - length;
    final int begin = data + random.nextInt(2);
    final int end = begin + random.nextInt(3);
    final String one = "{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}";
    final String[] entries =
        {one, one.replace("[1]", "[" + (end - begin) + "]").replace("0,1", begin + "," + end),
          one.replace("[1]", "[0]").replace("0,1", "0,0"),
          one.replace("[1]", "[0,281474976710656]").replace("0,1", "0,0"),
          one.replace("[1]", "[0,281474976710657]").replace("0,1", "0,0"),
          one.replace("[1]", "[0]").replace("0,1", "0,0").replace("}", ",\"x\":\"\"}"),
          one.replace("[1]", "[0]").replace("0,1", "0,0").replace("{", "{\"dtype\":\"U8\",")};
    for (int k = 1 + random.nextInt(2); k > 0; k--) {
      header.insert(
          header.indexOf("{") + 1,
          random.nextInt(6) == 0
              ? "\"__metadata__\":{\"k\":\"\",\"" + "kl".charAt(random.nextInt(2)) + "\":\"\"},"
              : "\"" + "xy".charAt(random.nextInt(2)) + "\":"
                  + entries[random.nextInt(entries.length)] + ",");
    }
    return withHeader(header.toString(), file, length, random.nextInt(3));
  }

  /** How long the header is, if there is one and it is short. */
  private static int headerLength(byte[] file) {
    if (file.length < 8 || file[2] != 0) {
      return -1;
    }
    final int length = (file[0] & 0xFF) + 256 * (file[1] & 0xFF);
    return length > file.length - 8 ? -1 : length;
  }

  /** A file with another header, the same bytes behind it, and more of them. */
  private static byte[] withHeader(String text, byte[] file, int oldLength, int more) {
    final byte[] header = text.getBytes(StandardCharsets.UTF_8);
    final byte[] start = Checkpoints.file(header.length, header, 0);
    final int data = file.length - 8 - oldLength;
    final byte[] all = Arrays.copyOf(start, start.length + data + more);
    System.arraycopy(file, 8 + oldLength, all, start.length, data);
    return all;
  }

  private void changeOne(List<String> tokens) {
    final int at = random.nextInt(tokens.size());
    final int other = random.nextInt(tokens.size());
    final String token = TOKENS.get(random.nextInt(TOKENS.size()));
    switch (random.nextInt(9)) {
      case 0 -> tokens.set(at, token);
      case 1 -> tokens.add(at, token);
      case 2 -> tokens.remove(at);
      case 3 -> tokens.add(at, tokens.get(other));
      case 4 -> Collections.swap(tokens, at, other);
      case 5 -> tokens.add(at, " \t\n\r".substring(random.nextInt(4)));
      case 6 -> {
        // A number for a number, a string for a string: what is JSON stays JSON.
        final char kind = tokens.get(at).charAt(0);
        final List<String> same =
            TOKENS.stream().filter(text -> isLike(kind, text)).toList();
        if (!same.isEmpty()) {
          tokens.set(at, same.get(random.nextInt(same.size())));
        }
      }
      case 7 -> {
        // The same string, all in escapes.
        final String text = tokens.get(at);
        if (text.length() > 1 && text.charAt(0) == '"' && !text.contains("\\")) {
          tokens.set(
              at,
              text.substring(1, text.length() - 1)
                  .chars()
                  .mapToObj(c -> String.format("\\u%04x", c))
                  .collect(Collectors.joining("", "\"", "\"")));
        }
      }
      default -> {
        // Two tokens of one kind change places.
        final char kind = tokens.get(at).charAt(0);
        if (isLike(kind, tokens.get(other))) {
          Collections.swap(tokens, at, other);
        }
      }
    }
  }

  private static boolean isLike(char kind, String text) {
    return Character.isDigit(kind)
        ? Character.isDigit(text.charAt(0))
        : text.charAt(0) == kind && (kind != '"' || text.indexOf(':') < 0 && text.length() > 1);
  }
}
