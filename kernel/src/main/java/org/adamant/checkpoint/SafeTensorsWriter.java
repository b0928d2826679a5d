package org.adamant.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes named arrays into a file that {@link SafeTensors} and other systems read.
 *
 * <p>The file is replaced atomically. Everything is written to a temporary file beside it, whose name begins with
 * its name and ends with {@code .tmp}. The temporary file is forced to the disk, then moved over the old one; last,
 * the folder is forced. After a crash of the program or of the machine the old file or the new one is there,
 * complete; once {@link #write} has returned, it is the new one. A crash can leave the temporary file behind. It is
 * never read, and may be deleted while nobody saves. All this depends on the file system: moving within a folder
 * must be atomic, and forcing must reach the disk. A folder that cannot be opened, such as on Windows, is not
 * forced.
 *
 * <p>A writer is not thread-safe. It reads the segments when it writes the file.
 */
public final class SafeTensorsWriter {

  /** How many bytes are handed to the file system at once. */
  private static final long CHUNK = 1 << 20;

  // Never compared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Item(String name, DType dtype, long[] shape, MemorySegment data) {}

  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, Item> items = new LinkedHashMap<>();

  private SafeTensorsWriter() {}

  /**
   * A writer without tensors.
   *
   * @return the writer
   * @throws UnsupportedOperationException on a machine that is not little endian
   */
  public static SafeTensorsWriter create() {
    SafeTensors.requireLittleEndian(ByteOrder.nativeOrder());
    return new SafeTensorsWriter();
  }

  /**
   * Adds metadata.
   *
   * @param key the key
   * @param value the value
   * @return this writer
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the key was added before, or one of the two has half of a surrogate pair
   */
  public SafeTensorsWriter metadata(String key, String value) {
    requireText("key", key);
    requireText("value", value);
    if (metadata.containsKey(key)) {
      throw new IllegalArgumentException(
          "key = " + HeaderReader.quote(key) + " is there already: expected another one");
    }
    metadata.put(key, value);
    return this;
  }

  /**
   * Adds a tensor.
   *
   * @param name its name, not {@code __metadata__}
   * @param dtype the type of its numbers
   * @param shape its dimensions, the outermost first; none for a single number
   * @param data its numbers, little endian, in the whole of any segment: native, mapped, of an array
   * @return this writer
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the name was added before, is {@code __metadata__} or has half of a
   *     surrogate pair, if the {@linkplain DType#byteSize shape} is refused, or the segment does not have the bytes
   *     of the shape
   */
  public SafeTensorsWriter tensor(String name, DType dtype, long[] shape, MemorySegment data) {
    requireText("name", name);
    SafeTensors.requireNonNull("dtype", dtype);
    SafeTensors.requireNonNull("shape", shape);
    SafeTensors.requireNonNull("data", data);
    if (name.equals(HeaderReader.METADATA) || items.containsKey(name)) {
      throw new IllegalArgumentException(
          "name = " + HeaderReader.quote(name) + ": expected one that is not there yet, and not "
              + HeaderReader.METADATA);
    }
    final long[] copy = shape.clone();
    final long size = dtype.byteSize(copy);
    if (data.byteSize() != size) {
      throw new IllegalArgumentException(
          "tensor " + HeaderReader.quote(name) + ": data has " + data.byteSize()
              + " bytes: expected " + size + " for " + dtype + " and shape = "
              + DType.text(copy));
    }
    items.put(name, new Item(name, dtype, copy, data));
    return this;
  }

  private static void requireText(String name, String text) {
    SafeTensors.requireNonNull(name, text);
    if (HeaderReader.loneSurrogate(text) >= 0) {
      throw new IllegalArgumentException(
          name + " = " + HeaderReader.quote(text)
              + " has half of a surrogate pair: expected text that UTF-8 can hold");
    }
  }

  /**
   * Writes the file and returns when it is on the disk. A symbolic link stays, and the file that it leads to is
   * replaced. The new file gets the permissions of the old one, if the file system has POSIX permissions.
   *
   * <p>If it fails, or the thread is interrupted, the old file is unchanged and no temporary file is left. One
   * failure comes later: if the folder cannot be forced, the new file is there already, complete, and the message
   * says so.
   *
   * @param file the file; its folder must exist
   * @throws NullPointerException if the file is null
   * @throws CheckpointException if the file could not be written; the message says what failed, the cause why
   * @throws IllegalStateException if a segment's arena is closed
   * @throws WrongThreadException if a segment belongs to another thread
   */
  public void write(Path file) throws CheckpointException {
    write(file, new RealFiles());
  }

  /**
   * Writes the bytes of the file to a channel, for example of a distributed file system. The channel is neither
   * forced nor closed: its owner decides when the file is complete, and what a crash leaves behind.
   *
   * @param channel the channel, in blocking mode
   * @throws NullPointerException if the channel is null
   * @throws IOException if writing failed; a part may be written
   * @throws IllegalStateException if a segment's arena is closed
   * @throws WrongThreadException if a segment belongs to another thread
   */
  public void writeTo(WritableByteChannel channel) throws IOException {
    SafeTensors.requireNonNull("channel", channel);
    final List<Item> sorted = sorted();
    writeAll(
        new FileOperations.Output() {
          @Override
          public void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
              channel.write(bytes);
            }
          }

          @Override
          public void force() {
            // Said above.
          }

          @Override
          public void close() {
            // Said above.
          }
        },
        header("the channel", sorted), sorted);
  }

  /** Writes with the operations of another file system. */
  void write(Path file, FileOperations files) throws CheckpointException {
    SafeTensors.requireNonNull("file", file);
    final List<Item> sorted = sorted();
    final byte[] header = header(file.toString(), sorted);
    new FileReplacement(files).replace(file, output -> writeAll(output, header, sorted));
  }

  /**
   * The order of the reference implementation: the widest types come first, so all begin at multiples of their
   * size.
   */
  private List<Item> sorted() {
    final List<Item> sorted = new ArrayList<>(items.values());
    sorted.sort(Comparator.comparing(Item::dtype).reversed().thenComparing(Item::name));
    return sorted;
  }

  private byte[] header(String file, List<Item> sorted) throws CheckpointException {
    final StringBuilder json = new StringBuilder("{");
    if (!metadata.isEmpty()) {
      appendString(json, HeaderReader.METADATA).append(":{");
      metadata.forEach((key, value) -> {
        appendString(json, key).append(':');
        appendString(json, value).append(',');
      });
      json.setCharAt(json.length() - 1, '}');
      json.append(',');
    }
    long offset = 0;
    for (Item item : sorted) {
      final long begin = offset;
      offset += item.data.byteSize();
      if (offset > DType.MAX_NUMBER) {
        throw new CheckpointException(
            file + ": the tensors have more than 2^48 bytes: expected at most that");
      }
      appendString(json, item.name);
      json.append(":{\"dtype\":\"").append(item.dtype).append("\",\"shape\":[");
      for (int i = 0; i < item.shape.length; i++) {
        json.append(i == 0 ? "" : ",").append(item.shape[i]);
      }
      json.append("],\"data_offsets\":[").append(begin).append(',').append(offset).append("]},");
    }
    if (json.length() > 1) {
      json.setLength(json.length() - 1);
    }
    json.append('}');
    final byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
    final int padded = Math.ceilDiv(bytes.length, Long.BYTES) * Long.BYTES;
    if (padded > SafeTensors.MAX_HEADER) {
      throw new CheckpointException(
          file + ": the header has " + padded + " bytes: expected at most "
              + SafeTensors.MAX_HEADER);
    }
    final ByteBuffer all =
        ByteBuffer.allocate(SafeTensors.HEADER_BEGIN + padded).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(padded).put(bytes);
    while (all.hasRemaining()) {
      all.put((byte) ' ');
    }
    return all.array();
  }

  private static StringBuilder appendString(StringBuilder json, String string) {
    json.append('"');
    for (int i = 0; i < string.length(); i++) {
      final char c = string.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\b' -> json.append("\\b");
        case '\f' -> json.append("\\f");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        default -> {
          if (c < ' ') {
            json.append(c < 0x10 ? "\\u000" : "\\u00").append(Integer.toHexString(c));
          } else {
            json.append(c);
          }
        }
      }
    }
    return json.append('"');
  }

  private static void writeAll(FileOperations.Output output, byte[] header, List<Item> items)
      throws IOException {
    output.write(ByteBuffer.wrap(header));
    try (Arena arena = Arena.ofConfined()) {
      // Copied to memory of our own, as not every segment has a buffer, such as one of a float[].
      final MemorySegment chunk = arena.allocate(CHUNK);
      final ByteBuffer buffer = chunk.asByteBuffer();
      for (Item item : items) {
        final long size = item.data.byteSize();
        for (long at = 0; at < size; at += CHUNK) {
          final int count = (int) Math.min(CHUNK, size - at);
          MemorySegment.copy(item.data, at, chunk, 0, count);
          output.write(buffer.clear().limit(count));
        }
      }
    }
  }
}
