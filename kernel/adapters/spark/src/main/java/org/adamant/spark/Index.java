package org.adamant.spark;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.adamant.Format;

/**
 * What a checkpoint says beside its shards. Written as JSON, last, so that a checkpoint that has one is whole.
 *
 * @param version of this layout
 * @param step the number of the last step
 * @param changed the step that last changed the state; less where steps were skipped
 * @param samples of each micro-batch in a step; 0 for all
 * @param optimizer what the optimizer of one machine says in its file, under the names that it has there
 * @param parameters in their order
 * @param shards in their order
 */
record Index(
    int version, long step, long changed, int samples, Map<String, String> optimizer,
    List<Parameter> parameters, List<ShardFile> shards)
    implements Serializable {

  static final int VERSION = 1;

  /**
   * A parameter after the step.
   *
   * @param name what it is called
   * @param format how it is written
   * @param length its elements
   * @param number that of its first element, for random numbers
   * @param steps how many it has taken
   * @param m how its first moments are written; null if there are none
   * @param v how its second moments are written; null if there are none
   * @param hasMaximum whether a running maximum is kept
   * @param hasAverage whether there is an average
   * @param isAveraged whether the last step kept it
   */
  record Parameter(
      String name, Format format, int length, long number, long steps, Format m, Format v,
      boolean hasMaximum, boolean hasAverage, boolean isAveraged)
      implements Serializable {

    Cut.Parameter cut(boolean isStepped) {
      return new Cut.Parameter(name, format, length, number, isStepped, m, v);
    }
  }

  /**
   * A file.
   *
   * @param file its name in the folder of the checkpoint
   * @param bytes its length
   * @param parts the ranges of parameters in it
   */
  @DefaultSerializer(JavaSerializer.class)
  record ShardFile(String file, long bytes, List<Part> parts) implements Serializable {}

  /** The elements of a parameter in a file. */
  record Part(String name, int first, int length) implements Serializable {}
}
