package org.adamant.spark;

import java.util.SequencedMap;

/**
 * The result of {@link ShardedAdam#fit}.
 *
 * @param parameters the arrays by name, which belong to the caller
 * @param step the number of the last step; steps that were skipped count
 * @param updates how many steps were not skipped
 * @param resumedAt the step of the checkpoint from which this call resumed; 0 if it began
 */
public record Training(
    SequencedMap<String, Object> parameters, long step, long updates, long resumedAt) {}
