package org.adamant.spark;

import java.util.SequencedMap;

/**
 * What came out of {@link ShardedAdam#fit}.
 *
 * @param parameters the arrays by name, the caller's from now on
 * @param step the number of the last step; steps that were skipped count
 * @param updates how many were not skipped
 * @param resumedAt the step of the checkpoint that this call went on from; 0 if it began
 */
public record Training(
    SequencedMap<String, Object> parameters, long step, long updates, long resumedAt) {}
