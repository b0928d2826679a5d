package org.adamant.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafeTensorsTest {

  private static final String ONE =
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

  /** One tensor with this in its braces, over 8 bytes. */
  private static Arguments tensor(String expected, String inside) {
    return header(expected, 8, "{\"a\":{" + inside + "}}");
  }

  /** One tensor of 8 bytes with this as its shape and offsets. */
  private static Arguments layout(String expected, String dtype, String shape, String offsets) {
    return tensor(
        expected,
        "\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets);
  }

  private static Arguments header(String expected, int data, String header) {
    return Arguments.of(expected, Checkpoints.file(header, data));
  }

  private static String entry(String name, int begin, int end) {
    return "\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[" + (end - begin) + "],\"data_offsets\":["
        + begin + "," + end + "]}";
  }

  /** What the message says, and a file. */
  static Stream<Arguments> refused() {
    final byte[] one = Checkpoints.file(ONE, 8);
    return Stream.of(
        // Those that the reference tests.
        header(
            "tensor \"1\": data_offsets = [0, 16]: expected it to begin at 16", 16,
            IntStream.range(0, 10)
                .mapToObj(i -> entry(String.valueOf(i), 0, 16))
                .collect(Collectors.joining(",", "{", "}"))),
        header("13 bytes behind the header: expected 8", 13, ONE),
        header("data_offsets = [0, 8]: expected an end of at most 6", 6, ONE),
        Arguments.of(
            "header length = 7378697628574298160",
            new byte[] {0x30, 0x30, 0x30, 0x30, 0x66, 0x66, 0x66, 0x66}),
        Arguments.of(
            "header length = 7378697327926587452",
            new byte[] {0x3c, 0x30, 0x30, 0x30, 0x20, 0x66, 0x66, 0x66}),
        Arguments.of("file length = 0", new byte[0]),
        Arguments.of("file length = 7", new byte[7]),
        Arguments.of("header length = 3: expected at most 2", Checkpoints.file(3, new byte[2], 0)),
        Arguments.of("header length = 18446744073709551615", Checkpoints.file(-1, new byte[9], 0)),
        Arguments.of("not in UTF-8", Checkpoints.file(1, new byte[] {(byte) 0xFF}, 0)),
        header("the header ends at character 1: expected a string", 0, "{"),
        layout("expected an end of 16", "I32", "[2,2]", "[0,4]"),
        layout("more than 2^48", "I32", "[2,18446744073709551614]", "[0,16]"),
        layout("more than 2^48", "I32", "[2,9223372036854775807]", "[0,16]"),

        header("expected {", 0, ""),
        header("expected {", 0, "   "),
        header("expected {", 0, "null"),
        header("expected {", 0, "[]"),
        header("expected {", 0, "\ufeff{}"),
        header("nothing but white space", 0, "{}\0"),
        header("nothing but white space", 0, "{}}"),
        header("expected a string", 8, ONE.replace("}}", "},}")),
        header("expected a string", 0, "{,}"),
        header("expected a string", 0, "{/**/}"),
        header("expected a string", 0, "{'a':1}"),
        header("ends at character 21: expected }", 0, "{\"__metadata__\":{}   "),
        header("1 bytes behind the header: expected 0", 1, "{}"),

        header(
            "tensor \"a\" is there twice", 0,
            "{" + entry("a", 0, 0) + "," + entry("a", 0, 0) + "}"),
        header(
            "tensor \"a\" is there twice", 0,
            "{" + entry("a", 0, 0) + "," + entry("\\u0061", 0, 0) + "}"),
        header("has \"a\" twice", 0, "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}"),
        header(
            "__metadata__ is there twice", 0, "{\"__metadata__\":{},\"__metadata\\u005f_\":{}}"),
        header("expected {", 0, "{\"__metadata__\":null}"),
        header("expected a string", 0, "{\"__metadata__\":{\"a\":1}}"),
        header("expected a string", 0, "{\"__metadata__\":{\"a\":\"\",}}"),

        tensor("expected a string", ""),
        tensor("has no data_offsets", "\"dtype\":\"F32\",\"shape\":[2]"),
        tensor("has no shape", "\"dtype\":\"F32\",\"data_offsets\":[0,8]"),
        tensor("has no dtype", "\"shape\":[2],\"data_offsets\":[0,8]"),
        tensor("has the key shape twice", "\"shape\":[2],\"shape\":[2]"),
        tensor("has the key dtype twice", "\"dtype\":\"U8\",\"dtype\":\"U8\""),
        tensor("has the key data_offsets twice", "\"data_offsets\":[],\"data_offsets\":[]"),
        tensor("has the key \"stride\": expected dtype, shape", "\"stride\":[2]"),
        tensor("dtype = \"f32\": expected one of [BOOL, F4,", "\"dtype\":\"f32\""),
        tensor("expected a string", "\"dtype\":null"),
        header("expected {", 8, "{\"a\":[]}"),

        layout("expected a whole number", "F32", "[2,]", "[0,8]"),
        layout("has \"\\\"\" at character 31: expected a whole number", "F32", "[2", "[0,8]"),
        layout("expected [", "F32", "2", "[0,8]"),
        layout("not negative", "F32", "[-2]", "[0,8]"),
        layout("not negative", "F32", "[2]", "[-0,8]"),
        layout("not negative", "F32", "[+2]", "[0,8]"),
        layout("not negative", "F32", "[[[[2]]]]", "[0,8]"),
        layout("not negative", "F32", "[\"2\"]", "[0,8]"),
        layout("not negative", "F32", "[\u0662]", "[0,8]"),
        layout("expected ]", "F32", "[2.0]", "[0,8]"),
        layout("expected ]", "F32", "[2e0]", "[0,8]"),
        layout("expected ]", "F32", "[02]", "[0,8]"),
        layout("expected ]", "F32", "[2]", "[0,8.0]"),
        layout("more than 2^48", "F32", "[281474976710657]", "[0,8]"),
        layout(
            "has more bits than 2^63", "F32", "[281474976710656,281474976710656]", "[0,8]"),
        layout(
            "has more bits than 2^63", "F32", "[281474976710656,0,281474976710656]", "[0,8]"),
        layout("has 3 data_offsets: expected 2", "F32", "[2]", "[0,8,8]"),
        layout("has 0 data_offsets: expected 2", "F32", "[2]", "[]"),
        layout("expected an end of 8", "F32", "[2]", "[0,7]"),
        layout("expected an end of 8", "F32", "[2]", "[0,9]"),
        layout("expected it to begin at 0", "F32", "[1]", "[4,8]"),
        layout("expected it to begin at 0", "F32", "[2]", "[8,0]"),
        layout("has 4 bits: expected a multiple of 8", "F4", "[1]", "[0,1]"),
        layout("has 18 bits: expected a multiple of 8", "F6_E2M3", "[3]", "[0,3]"),
        header(
            "tensor \"b\": data_offsets = [1, 4]: expected it to begin at 2", 4,
            "{" + entry("a", 0, 2) + "," + entry("b", 1, 4) + "}"),
        header(
            "tensor \"b\": data_offsets = [3, 4]: expected it to begin at 2", 4,
            "{" + entry("b", 3, 4) + "," + entry("a", 0, 2) + "}"),
        header(
            "tensor \"b\": data_offsets = [4, 2]: expected it to begin at 2", 4,
            "{" + entry("a", 0, 2) + "," + entry("b", 4, 4).replace("4,4", "4,2") + "}"),

        header("expected a character of a string", 0, "{\"a\nb\":{}}"),
        header("expected a character of a string", 0, "{\"a"),
        header("expected one of", 0, "{\"a\\x\":{}}"),
        header("expected one of", 0, "{\"a\\"),
        header("expected four hexadecimal digits", 0, "{\"\\u12g4\":{}}"),
        header("expected four hexadecimal digits", 0, "{\"\\u\uff11\uff11\uff11\uff11\":{}}"),
        header("expected four hexadecimal digits", 0, "{\"\\u12"),
        header("has half of a surrogate pair, \\ud83d", 0, "{\"\\ud83d\":{}}"),
        header("has half of a surrogate pair, \\ude00", 0, "{\"\\ude00\\ud83d\":{}}"),
        header("has half of a surrogate pair", 0, "{\"__metadata__\":{\"a\":\"\\ud83dx\"}}"),
        Arguments.of(
            "not in UTF-8", // A slash in two bytes.
            Checkpoints
                .file(6, new byte[] {'{', '"', (byte) 0xC0, (byte) 0xAF, '"', ':'}, 0)),
        Arguments.of(
            "not in UTF-8", // Half of a pair in three.
            Checkpoints
                .file(6, new byte[] {'{', '"', (byte) 0xED, (byte) 0xA0, (byte) 0xBD, '"'}, 0)),
        Arguments.of("expected at most", Arrays.copyOf(one, 60)));
  }

  @ParameterizedTest
  @MethodSource
  void refused(String message, byte[] file) {
    assertThatThrownBy(() -> Checkpoints.read(file))
        .isExactlyInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("these bytes: ")
        .hasMessageContaining(message);
  }

  @Test
  void everyBeginningOfAFileIsRefused() throws IOException {
    final byte[] file = Checkpoints.bytes(Checkpoints.of(3, 5));
    for (int length = 0; length < file.length; length++) {
      final byte[] part = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> Checkpoints.read(part)).isInstanceOf(CheckpointException.class);
    }
  }

  @Test
  void aHeaderIsNotLongerThanTheReferenceTakes() throws CheckpointException {
    final byte[] longest = new byte[SafeTensors.MAX_HEADER];
    Arrays.fill(longest, (byte) ' ');
    longest[0] = '{';
    longest[1] = '}';
    assertThat(Checkpoints.read(Checkpoints.file(longest.length, longest, 0)).names()).isEmpty();
    final byte[] tooLong = Checkpoints.file(SafeTensors.MAX_HEADER + 1L, longest, 1);
    assertThatThrownBy(() -> Checkpoints.read(tooLong))
        .hasMessageContaining("header length = 100000001: expected at most 100000000");
  }

  @Test
  void whatAHeaderMayLookLike() throws CheckpointException {
    final SafeTensors read =
        Checkpoints.read(
            Checkpoints.file(
                " \t\r\n{ \"z\" : { \"data_offsets\":[ 4 ,\n6 ], \"shape\" : [1,2] ,\"dtype\":\"I8\"},"
                    + "\"\\u00e4\\/\\ud83d\\ude00\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
                    + "\"none\":{\"dtype\":\"U64\",\"shape\":[3,0],\"data_offsets\":[4,4]},"
                    + "\"__metadata__\":{\"\":\"\\b\\f\\n\\r\\t\\\"\\\\\",\"k\":\"v\"}}  \n",
                6));
    assertThat(read.names()).containsExactly("ä/😀", "none", "z");
    assertThat(read.metadata())
        .containsExactly(Map.entry("", "\b\f\n\r\t\"\\"), Map.entry("k", "v"));
    final Tensor scalar = read.tensor("ä/😀");
    assertThat(scalar.dtype()).isEqualTo(DType.F32);
    assertThat(scalar.shape()).isEmpty();
    assertThat(scalar.elements()).isEqualTo(1);
    assertThat(scalar.data().toArray(ValueLayout.JAVA_BYTE)).containsExactly(0, 1, 2, 3);
    final Tensor z = read.tensor("z");
    assertThat(z.name()).isEqualTo("z");
    assertThat(z.shape()).containsExactly(1, 2);
    assertThat(z.elements()).isEqualTo(2);
    assertThat(z.data().toArray(ValueLayout.JAVA_BYTE)).containsExactly(4, 5);
    final Tensor none = read.tensor("none");
    assertThat(none.elements()).isZero();
    assertThat(none.data().byteSize()).isZero();
  }

  @Test
  void nobodyChangesWhatWasRead() throws CheckpointException {
    final SafeTensors read = Checkpoints.read(Checkpoints.file(ONE, 8));
    read.tensor("a").shape()[0] = 7;
    assertThat(read.tensor("a").shape()).containsExactly(2);
    assertThat(read.tensor("a").data().isReadOnly()).isTrue();
    assertThatThrownBy(() -> read.metadata().put("a", "b"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> read.names().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void aNameThatIsNotThereIsAnsweredWithThoseThatAre() throws CheckpointException {
    assertThatThrownBy(() -> Checkpoints.read(Checkpoints.file(ONE, 8)).tensor("b"))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("name = \"b\": expected one of the 1 tensors, \"a\"");
    final SafeTensorsWriter writer = SafeTensorsWriter.create();
    for (int i = 100; i < 200; i++) {
      writer.tensor("t" + i, DType.U8, new long[] {0}, MemorySegment.NULL);
    }
    assertThatThrownBy(() -> Checkpoints.read(Checkpoints.bytes(writer)).tensor("b"))
        .hasMessageContaining("the 100 tensors, \"t100\", \"t101\"")
        .hasMessageEndingWith("\"t119\", ...");
  }

  @Test
  void aMessageIsOneLineWhateverTheFileSays() {
    final String name = "\\n\\u0000" + "x".repeat(100_000);
    assertThatThrownBy(() -> Checkpoints.read(Checkpoints.file("{\"" + name + "\":{\"x\":1}}", 0)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300).doesNotContain("\n", "\0"))
        .hasMessageContaining("\"\\u000a\\u0000xx");
  }

  @Test
  void aFileIsNamedInMessages(@TempDir Path folder) throws IOException {
    final Path file = folder.resolve("a.safetensors");
    try (Arena arena = Arena.ofConfined()) {
      Files.createFile(file);
      assertThatThrownBy(() -> SafeTensors.map(file, arena))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              file + ": file length = 0: expected at least the 8 bytes of the header's length");
      Files.write(file, Checkpoints.file("{", 0));
      assertThatThrownBy(() -> SafeTensors.map(file, arena)).hasMessageStartingWith(file + ": ");
      Files.write(file, Checkpoints.file(ONE, 9));
      assertThatThrownBy(() -> SafeTensors.map(file, arena)).hasMessageStartingWith(file + ": ");
    }
  }

  @Test
  void anotherOrderOfBytesIsRefused() {
    assertThatNoException()
        .isThrownBy(() -> SafeTensors.requireLittleEndian(ByteOrder.LITTLE_ENDIAN));
    assertThatThrownBy(() -> SafeTensors.requireLittleEndian(ByteOrder.BIG_ENDIAN))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("BIG_ENDIAN");
  }

  @Test
  void nullIsRefusedByName() {
    assertThatThrownBy(() -> SafeTensors.of(null)).hasMessage("file is null");
    assertThatThrownBy(() -> SafeTensors.map(null, Arena.global())).hasMessage("file is null");
    assertThatThrownBy(() -> SafeTensors.map(Path.of("a"), null)).hasMessage("arena is null");
    assertThatThrownBy(() -> Checkpoints.read(Checkpoints.file(ONE, 8)).tensor(null))
        .hasMessage("name is null");
  }

  @Test
  void theTypesAreThoseOfTheFormat() {
    // From the reference, by rising alignment.
    assertThat(
        Arrays.stream(DType.values()).map(type -> type + " " + type.bits()))
        .isEqualTo(
            List.of(
                "BOOL 8", "F4 4", "F6_E2M3 6", "F6_E3M2 6", "U8 8", "I8 8", "F8_E5M2 8",
                "F8_E4M3 8", "F8_E8M0 8", "F8_E4M3FNUZ 8", "F8_E5M2FNUZ 8", "I16 16", "U16 16",
                "F16 16", "BF16 16", "I32 32", "U32 32", "F32 32", "C64 64", "F64 64", "I64 64",
                "U64 64"));
    assertThat(DType.F6_E3M2.byteSize(4, 3)).isEqualTo(9);
    assertThat(DType.F64.byteSize()).isEqualTo(8);
    assertThat(DType.F64.byteSize(1L << 48, 1 << 8)).isEqualTo(1L << 59);
    assertThat(DType.F4.byteSize(1L << 48, 1 << 12)).isEqualTo(1L << 59);
    assertThat(DType.F4.byteSize(3, 0)).isZero();
    assertThatThrownBy(() -> DType.F64.byteSize(1L << 48, 1 << 9))
        .hasMessageContaining("more bits than 2^63");
    assertThatThrownBy(() -> DType.F64.byteSize(-1))
        .hasMessage("dimension = -1: expected 0 to 2^48, 281474976710656");
  }

  @Test
  void namesAreUtf8InTheFile() throws IOException {
    final SafeTensorsWriter writer =
        SafeTensorsWriter.create().tensor("ä😀", DType.U8, new long[] {0}, MemorySegment.NULL);
    assertThat(new String(Checkpoints.bytes(writer), UTF_8)).contains("{\"ä😀\":{");
  }
}
