package org.adamant.spark;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.adamant.Format;

/**
 * The index of a checkpoint. It is written last, as JSON, so that a checkpoint that has one is complete.
 *
 * @param version the version of this layout
 * @param step the number of the last step
 * @param changed the step that last changed the state; less than step if steps were skipped
 * @param samples the samples of each micro-batch in a step; 0 for all
 * @param optimizer the metadata of a file of the optimizer of one machine
 * @param parameters the parameters in their order
 * @param shards the shards in their order
 */
record Index(
    int version, long step, long changed, int samples, Map<String, String> optimizer,
    List<Parameter> parameters, List<ShardFile> shards)
    implements Serializable {

  static final int VERSION = 1;

  /**
   * A parameter after the step.
   *
   * @param name its name
   * @param format its format
   * @param length the number of its elements
   * @param number the number of its first element, for random numbers
   * @param steps how many steps it has taken
   * @param m the format of its first moments; null if there are none
   * @param v the format of its second moments; null if there are none
   * @param hasMaximum whether a running maximum is kept
   * @param hasAverage whether there is an average
   * @param isAveraged whether the last step kept the average
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
