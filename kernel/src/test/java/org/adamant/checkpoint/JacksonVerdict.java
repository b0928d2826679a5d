package org.adamant.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A second implementation of the rules of {@link SafeTensors}, for small files. It uses a tree that Jackson makes
 * of the header, unbounded integers, and another way to check that tensors fill a file.
 */
final class JacksonVerdict {

  /** A tensor in a file. */
  record Found(String dtype, long[] shape, byte[] data) {}

  /** The content of a file. */
  record Content(Map<String, String> metadata, Map<String, Found> tensors) {}

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final BigInteger MAX = BigInteger.TWO.pow(48);

  private static final Map<String, Integer> BITS = new HashMap<>();

  static {
    put(4, "F4");
    put(6, "F6_E2M3", "F6_E3M2");
    put(8, "BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ");
    put(16, "I16", "U16", "F16", "BF16");
    put(32, "I32", "U32", "F32");
    put(64, "C64", "F64", "I64", "U64");
  }

  private JacksonVerdict() {}

  private static void put(int bits, String... names) {
    for (String name : names) {
      BITS.put(name, bits);
    }
  }

  /** What is in a file; nothing if it has to be refused. */
  static Optional<Content> of(byte[] file) {
    if (file.length < 8) {
      return Optional.empty();
    }
    BigInteger length = BigInteger.ZERO;
    for (int i = 7; i >= 0; i--) {
      length = length.shiftLeft(8).or(BigInteger.valueOf(file[i] & 0xFF));
    }
    if (length.compareTo(BigInteger.valueOf(Math.min(file.length - 8, 100_000_000))) > 0) {
      return Optional.empty();
    }
    final byte[] header = Arrays.copyOfRange(file, 8, 8 + length.intValue());
    final String text = new String(header, StandardCharsets.UTF_8);
    if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), header)) {
      return Optional.empty();
    }
    try {
      final JsonNode root = MAPPER.readTree(text);
      return root == null || !root.isObject() || hasSign(text)
          ? Optional.empty()
          : content(root, Arrays.copyOfRange(file, 8 + header.length, file.length));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether there is a -0, which a tree does not show. */
  private static boolean hasSign(String text) throws IOException {
    try (JsonParser parser = MAPPER.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getText().startsWith("-")) {
          return true;
        }
      }
      return false;
    }
  }

  private static Optional<Content> content(JsonNode root, byte[] data) {
    final Map<String, String> metadata = new HashMap<>();
    final Map<String, Found> tensors = new HashMap<>();
    final int[] owners = new int[data.length];
    final Set<Integer> ends = new TreeSet<>(Set.of(0));
    final Set<Integer> places = new TreeSet<>();
    for (Map.Entry<String, JsonNode> property : root.properties()) {
      final JsonNode value = property.getValue();
      if (!value.isObject() || !isText(property.getKey())) {
        return Optional.empty();
      }
      if (property.getKey().equals("__metadata__")) {
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
          if (!isText(entry.getKey())
              || !entry.getValue().isTextual()
              || !isText(entry.getValue().textValue())) {
            return Optional.empty();
          }
          metadata.put(entry.getKey(), entry.getValue().textValue());
        }
        continue;
      }
      final BigInteger[] shape = numbers(value.get("shape"));
      final BigInteger[] offsets = numbers(value.get("data_offsets"));
      final JsonNode dtype = value.get("dtype");
      if (value.size() != 3 || dtype == null || !dtype.isTextual()
          || !BITS.containsKey(dtype.textValue()) || shape == null || offsets == null
          || offsets.length != 2) {
        return Optional.empty();
      }
      final BigInteger bits = bits(BITS.get(dtype.textValue()), shape);
      if (bits == null
          || !offsets[1].subtract(offsets[0]).shiftLeft(3).equals(bits)
          || offsets[1].compareTo(BigInteger.valueOf(data.length)) > 0) {
        return Optional.empty();
      }
      final int begin = offsets[0].intValue();
      final int end = offsets[1].intValue();
      for (int i = begin; i < end; i++) {
        owners[i]++;
      }
      if (begin < end) {
        ends.add(end);
      }
      places.add(begin);
      tensors.put(
          property.getKey(),
          new Found(
              dtype.textValue(),
              Arrays.stream(shape).mapToLong(BigInteger::longValueExact).toArray(),
              Arrays.copyOfRange(data, begin, end)));
    }
    // Every byte is of one tensor, and even one without bytes lies where another one ends.
    return Arrays.stream(owners).allMatch(count -> count == 1) && ends.containsAll(places)
        ? Optional.of(new Content(metadata, tensors))
        : Optional.empty();
  }

  private static boolean isText(String string) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(string);
  }

  private static BigInteger[] numbers(JsonNode array) {
    if (array == null || !array.isArray()) {
      return null;
    }
    final BigInteger[] numbers = new BigInteger[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      final JsonNode number = array.get(i);
      if (!number.isIntegralNumber()
          || number.bigIntegerValue().signum() < 0
          || number.bigIntegerValue().compareTo(MAX) > 0) {
        return null;
      }
      numbers[i] = number.bigIntegerValue();
    }
    return numbers;
  }

  /** All bits; null if those of the dimensions other than 0 are too many for a long. */
  private static BigInteger bits(int bits, BigInteger[] shape) {
    BigInteger product = BigInteger.valueOf(bits);
    BigInteger exact = product;
    for (BigInteger dimension : shape) {
      product = product.multiply(dimension.max(BigInteger.ONE));
      exact = exact.multiply(dimension);
    }
    return product.bitLength() > 63 ? null : exact;
  }
}
