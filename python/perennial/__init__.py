"""Typed client of Perennial. Written from its OpenAPI document by `deno task python`: change nothing here."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, Sequence, TypedDict, Union

from ._http import Connection, PerennialError, UnreachableError

__all__ = ["Perennial", "PerennialError", "UnreachableError"]

StatusInstallation = TypedDict("StatusInstallation", {
    "openAlerts": int,
    "text": str,
})
StatusData = TypedDict("StatusData", {
    "answer": Literal["sound", "broken", "changed", "cannot tell yet"],
    "openFindings": int,
    "text": str,
})
StatusQuarantine = TypedDict("StatusQuarantine", {
    "waiting": int,
    "accepted": int,
})
StatusReplay = TypedDict("StatusReplay", {
    "id": str,
    "cutoff": Union[str, None],
    "done": int,
    "cutoffs": int,
})
StatusModelsItemHealth = TypedDict("StatusModelsItemHealth", {
    "state": Literal["healthy", "slipped", "drifting", "needs attention", "failed", "rolled back", "promoted by hand", "no model yet"],
    "text": str,
})
StatusModelsItemSamples = TypedDict("StatusModelsItemSamples", {
    "collected": int,
    "needed": int,
    "since": NotRequired[Union[str, None]],
})
StatusModelsItemServingDifference = TypedDict("StatusModelsItemServingDifference", {
    "mean": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "clusters": int,
    "confidence": float,
})
StatusModelsItemServing = TypedDict("StatusModelsItemServing", {
    "version": int,
    "since": str,
    "asOf": str,
    "candidate": str,
    "unit": NotRequired[str],
    "metrics": dict[str, Union[float, None]],
    "validationRows": int,
    "difference": Union[StatusModelsItemServingDifference, None],
})
StatusModelsItemMeasuredMetricsItem = TypedDict("StatusModelsItemMeasuredMetricsItem", {
    "metric": str,
    "value": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "atDeployment": Union[float, None],
})
StatusModelsItemMeasured = TypedDict("StatusModelsItemMeasured", {
    "version": int,
    "versions": NotRequired[list[int]],
    "asOf": str,
    "metrics": list[StatusModelsItemMeasuredMetricsItem],
})
StatusModelsItemRolloutPaused = TypedDict("StatusModelsItemRolloutPaused", {
    "until": str,
    "by": str,
    "why": str,
})
StatusModelsItemRollout = TypedDict("StatusModelsItemRollout", {
    "id": str,
    "strategy": Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str],
    "version": int,
    "share": float,
    "startedAt": str,
    "drill": NotRequired[bool],
    "text": str,
    "paused": NotRequired[Union[StatusModelsItemRolloutPaused, None]],
})
StatusModelsItemApproval = TypedDict("StatusModelsItemApproval", {
    "version": int,
    "text": str,
    "expiresAt": str,
})
StatusModelsItemRunningProgress = TypedDict("StatusModelsItemRunningProgress", {
    "fraction": float,
    "text": str,
})
StatusModelsItemRunning = TypedDict("StatusModelsItemRunning", {
    "id": str,
    "stage": Literal["check", "snapshot", "train", "validate", "refit", "smoke test", "approve", "deploy", "report", "ended"],
    "progress": Union[StatusModelsItemRunningProgress, None],
    "startedAt": str,
})
StatusModelsItemLastCycle = TypedDict("StatusModelsItemLastCycle", {
    "id": str,
    "number": int,
    "outcome": Literal["deployed", "rolling out", "rejected", "inconclusive", "failed", "cancelled", "rolled back", "lost", None],
    "asOf": str,
    "endedAt": Union[str, None],
    "text": str,
})
StatusModelsItemLastCheckReasonsItem = TypedDict("StatusModelsItemLastCheckReasonsItem", {
    "code": Literal["forced", "data quality", "new samples", "labelled rows", "first model", "nothing to learn", "routine", "age", "performance", "outcomes", "changed shop", "drift", "rollout", "worth", "recalibration"],
    "speaks": Literal["for", "against", "neither"],
    "text": str,
    "evidence": dict[str, Union[float, str, bool, None]],
})
StatusModelsItemLastCheck = TypedDict("StatusModelsItemLastCheck", {
    "answer": Literal["retrain", "recalibrate", "wait", "fix data first", "cannot tell yet"],
    "checkedAt": str,
    "reasons": list[StatusModelsItemLastCheckReasonsItem],
})
StatusModelsItem = TypedDict("StatusModelsItem", {
    "model": str,
    "kind": Literal["classification", "classes", "regression"],
    "question": str,
    "unit": str,
    "primaryMetric": str,
    "active": bool,
    "health": StatusModelsItemHealth,
    "samples": StatusModelsItemSamples,
    "serving": Union[StatusModelsItemServing, None],
    "measured": NotRequired[Union[StatusModelsItemMeasured, None]],
    "rollout": Union[StatusModelsItemRollout, None],
    "approval": Union[StatusModelsItemApproval, None],
    "running": Union[StatusModelsItemRunning, None],
    "lastCycle": Union[StatusModelsItemLastCycle, None],
    "lastCheck": Union[StatusModelsItemLastCheck, None],
    "nextCheckAt": Union[str, None],
    "outcomes": dict[str, int],
    "openAlerts": int,
})
Status = TypedDict("Status", {
    "asOf": str,
    "clock": Literal["wall", "pinned"],
    "temporalUi": Union[str, None],
    "openAlerts": int,
    "installation": NotRequired[Union[StatusInstallation, None]],
    "headline": NotRequired[str],
    "data": NotRequired[Union[StatusData, None]],
    "quarantine": NotRequired[Union[StatusQuarantine, None]],
    "replay": NotRequired[Union[StatusReplay, None]],
    "models": list[StatusModelsItem],
})
ChangeAccepted = TypedDict("ChangeAccepted", {
    "accepted": Literal[True],
    "told": NotRequired[bool],
    "models": list[str],
    "requestId": str,
    "statusUrl": str,
})
ConfigVersionConfigModelsValue = TypedDict("ConfigVersionConfigModelsValue", {
    "retrain_interval_hours": NotRequired[float],
    "min_new_samples": NotRequired[int],
    "retrain_policy": NotRequired[Literal["routine", "worth"]],
    "training_price": NotRequired[float],
    "training_price_by": NotRequired[Literal["share", "budget", "money"]],
    "training_budget": NotRequired[Union[float, None]],
    "recalibrate": NotRequired[bool],
    "gate": NotRequired[Literal["evidence", "no-harm", "threshold", "worth"]],
    "performance_threshold": NotRequired[float],
    "confidence": NotRequired[float],
    "margin": NotRequired[Union[float, None]],
    "stale_after_days": NotRequired[int],
    "stale_growth": NotRequired[float],
    "min_validation_rows": NotRequired[int],
    "validation_rows": NotRequired[int],
    "refit": NotRequired[bool],
    "backup_models": NotRequired[bool],
    "backups_kept": NotRequired[int],
    "horizon_days": NotRequired[int],
    "active_days": NotRequired[int],
    "activity": NotRequired[Literal["purchase", "any"]],
    "step_days": NotRequired[int],
    "first_cutoff": NotRequired[Union[str, None]],
    "min_train_cutoffs": NotRequired[int],
    "max_train_cutoffs": NotRequired[int],
    "routine_cutoffs": NotRequired[int],
    "segment_margin": NotRequired[float],
    "approval": NotRequired[Literal["none", "required"]],
    "approval_remind_hours": NotRequired[float],
    "approval_expire_hours": NotRequired[float],
    "rollout": NotRequired[Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str]],
    "canary_shares": NotRequired[list[float]],
    "rollout_step_hours": NotRequired[float],
    "rollout_step_shoppers": NotRequired[int],
    "rollout_look_minutes": NotRequired[float],
    "rollout_days": NotRequired[float],
    "rollout_undecided": NotRequired[Literal["promote", "hold"]],
    "rollout_proof": NotRequired[Literal["outcomes", "guardrails"]],
    "rollout_error_rate": NotRequired[float],
    "ab_share": NotRequired[float],
    "ab_power": NotRequired[float],
    "ab_effect": NotRequired[Union[float, None]],
    "bandit_floor": NotRequired[float],
    "bandit_versions": NotRequired[int],
    "bandit_reward": NotRequired[Literal["outcome", "purchase", "spend"]],
    "bandit_reward_days": NotRequired[float],
    "bandit_certainty": NotRequired[float],
    "guard_errors": NotRequired[float],
    "guard_fallbacks": NotRequired[float],
    "guard_latency_ms": NotRequired[float],
    "guard_divergence": NotRequired[float],
    "sales_margin": NotRequired[Union[float, None]],
    "kept_customer_value": NotRequired[Union[float, None]],
    "contact_cost": NotRequired[Union[float, None]],
    "offer_success": NotRequired[Union[float, None]],
    "offer_lift": NotRequired[Union[float, None]],
    "contact_budget": NotRequired[Union[int, None]],
    "machine_hour_cost": NotRequired[Union[float, None]],
    "cycle_person_cost": NotRequired[float],
    "training_shards": NotRequired[int],
    "training_min_rows_per_shard": NotRequired[int],
    "seed": NotRequired[int],
})
ConfigVersionConfig = TypedDict("ConfigVersionConfig", {
    "retrain_interval_hours": NotRequired[float],
    "min_new_samples": NotRequired[int],
    "retrain_policy": NotRequired[Literal["routine", "worth"]],
    "training_price": NotRequired[float],
    "training_price_by": NotRequired[Literal["share", "budget", "money"]],
    "training_budget": NotRequired[Union[float, None]],
    "recalibrate": NotRequired[bool],
    "gate": NotRequired[Literal["evidence", "no-harm", "threshold", "worth"]],
    "performance_threshold": NotRequired[float],
    "confidence": NotRequired[float],
    "margin": NotRequired[Union[float, None]],
    "stale_after_days": NotRequired[int],
    "stale_growth": NotRequired[float],
    "min_validation_rows": NotRequired[int],
    "validation_rows": NotRequired[int],
    "refit": NotRequired[bool],
    "backup_models": NotRequired[bool],
    "backups_kept": NotRequired[int],
    "horizon_days": NotRequired[int],
    "active_days": NotRequired[int],
    "activity": NotRequired[Literal["purchase", "any"]],
    "step_days": NotRequired[int],
    "first_cutoff": NotRequired[Union[str, None]],
    "min_train_cutoffs": NotRequired[int],
    "max_train_cutoffs": NotRequired[int],
    "routine_cutoffs": NotRequired[int],
    "segment_margin": NotRequired[float],
    "approval": NotRequired[Literal["none", "required"]],
    "approval_remind_hours": NotRequired[float],
    "approval_expire_hours": NotRequired[float],
    "rollout": NotRequired[Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str]],
    "canary_shares": NotRequired[list[float]],
    "rollout_step_hours": NotRequired[float],
    "rollout_step_shoppers": NotRequired[int],
    "rollout_look_minutes": NotRequired[float],
    "rollout_days": NotRequired[float],
    "rollout_undecided": NotRequired[Literal["promote", "hold"]],
    "rollout_proof": NotRequired[Literal["outcomes", "guardrails"]],
    "rollout_error_rate": NotRequired[float],
    "ab_share": NotRequired[float],
    "ab_power": NotRequired[float],
    "ab_effect": NotRequired[Union[float, None]],
    "bandit_floor": NotRequired[float],
    "bandit_versions": NotRequired[int],
    "bandit_reward": NotRequired[Literal["outcome", "purchase", "spend"]],
    "bandit_reward_days": NotRequired[float],
    "bandit_certainty": NotRequired[float],
    "guard_errors": NotRequired[float],
    "guard_fallbacks": NotRequired[float],
    "guard_latency_ms": NotRequired[float],
    "guard_divergence": NotRequired[float],
    "sales_margin": NotRequired[Union[float, None]],
    "kept_customer_value": NotRequired[Union[float, None]],
    "contact_cost": NotRequired[Union[float, None]],
    "offer_success": NotRequired[Union[float, None]],
    "offer_lift": NotRequired[Union[float, None]],
    "contact_budget": NotRequired[Union[int, None]],
    "machine_hour_cost": NotRequired[Union[float, None]],
    "cycle_person_cost": NotRequired[float],
    "training_shards": NotRequired[int],
    "training_min_rows_per_shard": NotRequired[int],
    "seed": NotRequired[int],
    "false_alarm_days": NotRequired[float],
    "monitor_interval_hours": NotRequired[float],
    "monitor_sample": NotRequired[int],
    "personal_text": NotRequired[Literal["mask", "refuse"]],
    "after_erasure": NotRequired[Literal["next", "now"]],
    "alert_cooldown_hours": NotRequired[float],
    "alert_escalate_hours": NotRequired[float],
    "currency": NotRequired[str],
    "currency_rates": NotRequired[str],
    "keep_events_days": NotRequired[Union[int, None]],
    "keep_shoppers_days": NotRequired[Union[int, None]],
    "keep_predictions_days": NotRequired[Union[int, None]],
    "keep_metrics_days": NotRequired[Union[int, None]],
    "keep_blocks_days": NotRequired[Union[int, None]],
    "keep_evidence_days": NotRequired[Union[int, None]],
    "keep_rejected_days": NotRequired[Union[int, None]],
    "keep_quarantine_days": NotRequired[Union[int, None]],
    "keep_alerts_days": NotRequired[Union[int, None]],
    "keep_idempotency_days": NotRequired[Union[int, None]],
    "keep_logs_days": NotRequired[Union[int, None]],
    "models": NotRequired[dict[str, ConfigVersionConfigModelsValue]],
})
ConfigVersion = TypedDict("ConfigVersion", {
    "version": int,
    "config": ConfigVersionConfig,
    "by": str,
    "why": str,
    "at": str,
})
UpdateConfigModelsValue = TypedDict("UpdateConfigModelsValue", {
    "retrain_interval_hours": NotRequired[float],
    "min_new_samples": NotRequired[int],
    "retrain_policy": NotRequired[Literal["routine", "worth"]],
    "training_price": NotRequired[float],
    "training_price_by": NotRequired[Literal["share", "budget", "money"]],
    "training_budget": NotRequired[Union[float, None]],
    "recalibrate": NotRequired[bool],
    "gate": NotRequired[Literal["evidence", "no-harm", "threshold", "worth"]],
    "performance_threshold": NotRequired[float],
    "confidence": NotRequired[float],
    "margin": NotRequired[Union[float, None]],
    "stale_after_days": NotRequired[int],
    "stale_growth": NotRequired[float],
    "min_validation_rows": NotRequired[int],
    "validation_rows": NotRequired[int],
    "refit": NotRequired[bool],
    "backup_models": NotRequired[bool],
    "backups_kept": NotRequired[int],
    "horizon_days": NotRequired[int],
    "active_days": NotRequired[int],
    "activity": NotRequired[Literal["purchase", "any"]],
    "step_days": NotRequired[int],
    "first_cutoff": NotRequired[Union[str, None]],
    "min_train_cutoffs": NotRequired[int],
    "max_train_cutoffs": NotRequired[int],
    "routine_cutoffs": NotRequired[int],
    "segment_margin": NotRequired[float],
    "approval": NotRequired[Literal["none", "required"]],
    "approval_remind_hours": NotRequired[float],
    "approval_expire_hours": NotRequired[float],
    "rollout": NotRequired[Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str]],
    "canary_shares": NotRequired[list[float]],
    "rollout_step_hours": NotRequired[float],
    "rollout_step_shoppers": NotRequired[int],
    "rollout_look_minutes": NotRequired[float],
    "rollout_days": NotRequired[float],
    "rollout_undecided": NotRequired[Literal["promote", "hold"]],
    "rollout_proof": NotRequired[Literal["outcomes", "guardrails"]],
    "rollout_error_rate": NotRequired[float],
    "ab_share": NotRequired[float],
    "ab_power": NotRequired[float],
    "ab_effect": NotRequired[Union[float, None]],
    "bandit_floor": NotRequired[float],
    "bandit_versions": NotRequired[int],
    "bandit_reward": NotRequired[Literal["outcome", "purchase", "spend"]],
    "bandit_reward_days": NotRequired[float],
    "bandit_certainty": NotRequired[float],
    "guard_errors": NotRequired[float],
    "guard_fallbacks": NotRequired[float],
    "guard_latency_ms": NotRequired[float],
    "guard_divergence": NotRequired[float],
    "sales_margin": NotRequired[Union[float, None]],
    "kept_customer_value": NotRequired[Union[float, None]],
    "contact_cost": NotRequired[Union[float, None]],
    "offer_success": NotRequired[Union[float, None]],
    "offer_lift": NotRequired[Union[float, None]],
    "contact_budget": NotRequired[Union[int, None]],
    "machine_hour_cost": NotRequired[Union[float, None]],
    "cycle_person_cost": NotRequired[float],
    "training_shards": NotRequired[int],
    "training_min_rows_per_shard": NotRequired[int],
    "seed": NotRequired[int],
})
ConfigChangedConfigModelsValue = TypedDict("ConfigChangedConfigModelsValue", {
    "retrain_interval_hours": NotRequired[float],
    "min_new_samples": NotRequired[int],
    "retrain_policy": NotRequired[Literal["routine", "worth"]],
    "training_price": NotRequired[float],
    "training_price_by": NotRequired[Literal["share", "budget", "money"]],
    "training_budget": NotRequired[Union[float, None]],
    "recalibrate": NotRequired[bool],
    "gate": NotRequired[Literal["evidence", "no-harm", "threshold", "worth"]],
    "performance_threshold": NotRequired[float],
    "confidence": NotRequired[float],
    "margin": NotRequired[Union[float, None]],
    "stale_after_days": NotRequired[int],
    "stale_growth": NotRequired[float],
    "min_validation_rows": NotRequired[int],
    "validation_rows": NotRequired[int],
    "refit": NotRequired[bool],
    "backup_models": NotRequired[bool],
    "backups_kept": NotRequired[int],
    "horizon_days": NotRequired[int],
    "active_days": NotRequired[int],
    "activity": NotRequired[Literal["purchase", "any"]],
    "step_days": NotRequired[int],
    "first_cutoff": NotRequired[Union[str, None]],
    "min_train_cutoffs": NotRequired[int],
    "max_train_cutoffs": NotRequired[int],
    "routine_cutoffs": NotRequired[int],
    "segment_margin": NotRequired[float],
    "approval": NotRequired[Literal["none", "required"]],
    "approval_remind_hours": NotRequired[float],
    "approval_expire_hours": NotRequired[float],
    "rollout": NotRequired[Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str]],
    "canary_shares": NotRequired[list[float]],
    "rollout_step_hours": NotRequired[float],
    "rollout_step_shoppers": NotRequired[int],
    "rollout_look_minutes": NotRequired[float],
    "rollout_days": NotRequired[float],
    "rollout_undecided": NotRequired[Literal["promote", "hold"]],
    "rollout_proof": NotRequired[Literal["outcomes", "guardrails"]],
    "rollout_error_rate": NotRequired[float],
    "ab_share": NotRequired[float],
    "ab_power": NotRequired[float],
    "ab_effect": NotRequired[Union[float, None]],
    "bandit_floor": NotRequired[float],
    "bandit_versions": NotRequired[int],
    "bandit_reward": NotRequired[Literal["outcome", "purchase", "spend"]],
    "bandit_reward_days": NotRequired[float],
    "bandit_certainty": NotRequired[float],
    "guard_errors": NotRequired[float],
    "guard_fallbacks": NotRequired[float],
    "guard_latency_ms": NotRequired[float],
    "guard_divergence": NotRequired[float],
    "sales_margin": NotRequired[Union[float, None]],
    "kept_customer_value": NotRequired[Union[float, None]],
    "contact_cost": NotRequired[Union[float, None]],
    "offer_success": NotRequired[Union[float, None]],
    "offer_lift": NotRequired[Union[float, None]],
    "contact_budget": NotRequired[Union[int, None]],
    "machine_hour_cost": NotRequired[Union[float, None]],
    "cycle_person_cost": NotRequired[float],
    "training_shards": NotRequired[int],
    "training_min_rows_per_shard": NotRequired[int],
    "seed": NotRequired[int],
})
ConfigChangedConfig = TypedDict("ConfigChangedConfig", {
    "retrain_interval_hours": NotRequired[float],
    "min_new_samples": NotRequired[int],
    "retrain_policy": NotRequired[Literal["routine", "worth"]],
    "training_price": NotRequired[float],
    "training_price_by": NotRequired[Literal["share", "budget", "money"]],
    "training_budget": NotRequired[Union[float, None]],
    "recalibrate": NotRequired[bool],
    "gate": NotRequired[Literal["evidence", "no-harm", "threshold", "worth"]],
    "performance_threshold": NotRequired[float],
    "confidence": NotRequired[float],
    "margin": NotRequired[Union[float, None]],
    "stale_after_days": NotRequired[int],
    "stale_growth": NotRequired[float],
    "min_validation_rows": NotRequired[int],
    "validation_rows": NotRequired[int],
    "refit": NotRequired[bool],
    "backup_models": NotRequired[bool],
    "backups_kept": NotRequired[int],
    "horizon_days": NotRequired[int],
    "active_days": NotRequired[int],
    "activity": NotRequired[Literal["purchase", "any"]],
    "step_days": NotRequired[int],
    "first_cutoff": NotRequired[Union[str, None]],
    "min_train_cutoffs": NotRequired[int],
    "max_train_cutoffs": NotRequired[int],
    "routine_cutoffs": NotRequired[int],
    "segment_margin": NotRequired[float],
    "approval": NotRequired[Literal["none", "required"]],
    "approval_remind_hours": NotRequired[float],
    "approval_expire_hours": NotRequired[float],
    "rollout": NotRequired[Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str]],
    "canary_shares": NotRequired[list[float]],
    "rollout_step_hours": NotRequired[float],
    "rollout_step_shoppers": NotRequired[int],
    "rollout_look_minutes": NotRequired[float],
    "rollout_days": NotRequired[float],
    "rollout_undecided": NotRequired[Literal["promote", "hold"]],
    "rollout_proof": NotRequired[Literal["outcomes", "guardrails"]],
    "rollout_error_rate": NotRequired[float],
    "ab_share": NotRequired[float],
    "ab_power": NotRequired[float],
    "ab_effect": NotRequired[Union[float, None]],
    "bandit_floor": NotRequired[float],
    "bandit_versions": NotRequired[int],
    "bandit_reward": NotRequired[Literal["outcome", "purchase", "spend"]],
    "bandit_reward_days": NotRequired[float],
    "bandit_certainty": NotRequired[float],
    "guard_errors": NotRequired[float],
    "guard_fallbacks": NotRequired[float],
    "guard_latency_ms": NotRequired[float],
    "guard_divergence": NotRequired[float],
    "sales_margin": NotRequired[Union[float, None]],
    "kept_customer_value": NotRequired[Union[float, None]],
    "contact_cost": NotRequired[Union[float, None]],
    "offer_success": NotRequired[Union[float, None]],
    "offer_lift": NotRequired[Union[float, None]],
    "contact_budget": NotRequired[Union[int, None]],
    "machine_hour_cost": NotRequired[Union[float, None]],
    "cycle_person_cost": NotRequired[float],
    "training_shards": NotRequired[int],
    "training_min_rows_per_shard": NotRequired[int],
    "seed": NotRequired[int],
    "false_alarm_days": NotRequired[float],
    "monitor_interval_hours": NotRequired[float],
    "monitor_sample": NotRequired[int],
    "personal_text": NotRequired[Literal["mask", "refuse"]],
    "after_erasure": NotRequired[Literal["next", "now"]],
    "alert_cooldown_hours": NotRequired[float],
    "alert_escalate_hours": NotRequired[float],
    "currency": NotRequired[str],
    "currency_rates": NotRequired[str],
    "keep_events_days": NotRequired[Union[int, None]],
    "keep_shoppers_days": NotRequired[Union[int, None]],
    "keep_predictions_days": NotRequired[Union[int, None]],
    "keep_metrics_days": NotRequired[Union[int, None]],
    "keep_blocks_days": NotRequired[Union[int, None]],
    "keep_evidence_days": NotRequired[Union[int, None]],
    "keep_rejected_days": NotRequired[Union[int, None]],
    "keep_quarantine_days": NotRequired[Union[int, None]],
    "keep_alerts_days": NotRequired[Union[int, None]],
    "keep_idempotency_days": NotRequired[Union[int, None]],
    "keep_logs_days": NotRequired[Union[int, None]],
    "models": NotRequired[dict[str, ConfigChangedConfigModelsValue]],
})
ConfigChanged = TypedDict("ConfigChanged", {
    "version": int,
    "config": ConfigChangedConfig,
    "by": str,
    "why": str,
    "at": str,
    "notified": bool,
})
ReplaceConfigConfigModelsValue = TypedDict("ReplaceConfigConfigModelsValue", {
    "retrain_interval_hours": NotRequired[float],
    "min_new_samples": NotRequired[int],
    "retrain_policy": NotRequired[Literal["routine", "worth"]],
    "training_price": NotRequired[float],
    "training_price_by": NotRequired[Literal["share", "budget", "money"]],
    "training_budget": NotRequired[Union[float, None]],
    "recalibrate": NotRequired[bool],
    "gate": NotRequired[Literal["evidence", "no-harm", "threshold", "worth"]],
    "performance_threshold": NotRequired[float],
    "confidence": NotRequired[float],
    "margin": NotRequired[Union[float, None]],
    "stale_after_days": NotRequired[int],
    "stale_growth": NotRequired[float],
    "min_validation_rows": NotRequired[int],
    "validation_rows": NotRequired[int],
    "refit": NotRequired[bool],
    "backup_models": NotRequired[bool],
    "backups_kept": NotRequired[int],
    "horizon_days": NotRequired[int],
    "active_days": NotRequired[int],
    "activity": NotRequired[Literal["purchase", "any"]],
    "step_days": NotRequired[int],
    "first_cutoff": NotRequired[Union[str, None]],
    "min_train_cutoffs": NotRequired[int],
    "max_train_cutoffs": NotRequired[int],
    "routine_cutoffs": NotRequired[int],
    "segment_margin": NotRequired[float],
    "approval": NotRequired[Literal["none", "required"]],
    "approval_remind_hours": NotRequired[float],
    "approval_expire_hours": NotRequired[float],
    "rollout": NotRequired[Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str]],
    "canary_shares": NotRequired[list[float]],
    "rollout_step_hours": NotRequired[float],
    "rollout_step_shoppers": NotRequired[int],
    "rollout_look_minutes": NotRequired[float],
    "rollout_days": NotRequired[float],
    "rollout_undecided": NotRequired[Literal["promote", "hold"]],
    "rollout_proof": NotRequired[Literal["outcomes", "guardrails"]],
    "rollout_error_rate": NotRequired[float],
    "ab_share": NotRequired[float],
    "ab_power": NotRequired[float],
    "ab_effect": NotRequired[Union[float, None]],
    "bandit_floor": NotRequired[float],
    "bandit_versions": NotRequired[int],
    "bandit_reward": NotRequired[Literal["outcome", "purchase", "spend"]],
    "bandit_reward_days": NotRequired[float],
    "bandit_certainty": NotRequired[float],
    "guard_errors": NotRequired[float],
    "guard_fallbacks": NotRequired[float],
    "guard_latency_ms": NotRequired[float],
    "guard_divergence": NotRequired[float],
    "sales_margin": NotRequired[Union[float, None]],
    "kept_customer_value": NotRequired[Union[float, None]],
    "contact_cost": NotRequired[Union[float, None]],
    "offer_success": NotRequired[Union[float, None]],
    "offer_lift": NotRequired[Union[float, None]],
    "contact_budget": NotRequired[Union[int, None]],
    "machine_hour_cost": NotRequired[Union[float, None]],
    "cycle_person_cost": NotRequired[float],
    "training_shards": NotRequired[int],
    "training_min_rows_per_shard": NotRequired[int],
    "seed": NotRequired[int],
})
ReplaceConfigConfig = TypedDict("ReplaceConfigConfig", {
    "retrain_interval_hours": NotRequired[float],
    "min_new_samples": NotRequired[int],
    "retrain_policy": NotRequired[Literal["routine", "worth"]],
    "training_price": NotRequired[float],
    "training_price_by": NotRequired[Literal["share", "budget", "money"]],
    "training_budget": NotRequired[Union[float, None]],
    "recalibrate": NotRequired[bool],
    "gate": NotRequired[Literal["evidence", "no-harm", "threshold", "worth"]],
    "performance_threshold": NotRequired[float],
    "confidence": NotRequired[float],
    "margin": NotRequired[Union[float, None]],
    "stale_after_days": NotRequired[int],
    "stale_growth": NotRequired[float],
    "min_validation_rows": NotRequired[int],
    "validation_rows": NotRequired[int],
    "refit": NotRequired[bool],
    "backup_models": NotRequired[bool],
    "backups_kept": NotRequired[int],
    "horizon_days": NotRequired[int],
    "active_days": NotRequired[int],
    "activity": NotRequired[Literal["purchase", "any"]],
    "step_days": NotRequired[int],
    "first_cutoff": NotRequired[Union[str, None]],
    "min_train_cutoffs": NotRequired[int],
    "max_train_cutoffs": NotRequired[int],
    "routine_cutoffs": NotRequired[int],
    "segment_margin": NotRequired[float],
    "approval": NotRequired[Literal["none", "required"]],
    "approval_remind_hours": NotRequired[float],
    "approval_expire_hours": NotRequired[float],
    "rollout": NotRequired[Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str]],
    "canary_shares": NotRequired[list[float]],
    "rollout_step_hours": NotRequired[float],
    "rollout_step_shoppers": NotRequired[int],
    "rollout_look_minutes": NotRequired[float],
    "rollout_days": NotRequired[float],
    "rollout_undecided": NotRequired[Literal["promote", "hold"]],
    "rollout_proof": NotRequired[Literal["outcomes", "guardrails"]],
    "rollout_error_rate": NotRequired[float],
    "ab_share": NotRequired[float],
    "ab_power": NotRequired[float],
    "ab_effect": NotRequired[Union[float, None]],
    "bandit_floor": NotRequired[float],
    "bandit_versions": NotRequired[int],
    "bandit_reward": NotRequired[Literal["outcome", "purchase", "spend"]],
    "bandit_reward_days": NotRequired[float],
    "bandit_certainty": NotRequired[float],
    "guard_errors": NotRequired[float],
    "guard_fallbacks": NotRequired[float],
    "guard_latency_ms": NotRequired[float],
    "guard_divergence": NotRequired[float],
    "sales_margin": NotRequired[Union[float, None]],
    "kept_customer_value": NotRequired[Union[float, None]],
    "contact_cost": NotRequired[Union[float, None]],
    "offer_success": NotRequired[Union[float, None]],
    "offer_lift": NotRequired[Union[float, None]],
    "contact_budget": NotRequired[Union[int, None]],
    "machine_hour_cost": NotRequired[Union[float, None]],
    "cycle_person_cost": NotRequired[float],
    "training_shards": NotRequired[int],
    "training_min_rows_per_shard": NotRequired[int],
    "seed": NotRequired[int],
    "false_alarm_days": NotRequired[float],
    "monitor_interval_hours": NotRequired[float],
    "monitor_sample": NotRequired[int],
    "personal_text": NotRequired[Literal["mask", "refuse"]],
    "after_erasure": NotRequired[Literal["next", "now"]],
    "alert_cooldown_hours": NotRequired[float],
    "alert_escalate_hours": NotRequired[float],
    "currency": NotRequired[str],
    "currency_rates": NotRequired[str],
    "keep_events_days": NotRequired[Union[int, None]],
    "keep_shoppers_days": NotRequired[Union[int, None]],
    "keep_predictions_days": NotRequired[Union[int, None]],
    "keep_metrics_days": NotRequired[Union[int, None]],
    "keep_blocks_days": NotRequired[Union[int, None]],
    "keep_evidence_days": NotRequired[Union[int, None]],
    "keep_rejected_days": NotRequired[Union[int, None]],
    "keep_quarantine_days": NotRequired[Union[int, None]],
    "keep_alerts_days": NotRequired[Union[int, None]],
    "keep_idempotency_days": NotRequired[Union[int, None]],
    "keep_logs_days": NotRequired[Union[int, None]],
    "models": NotRequired[dict[str, ReplaceConfigConfigModelsValue]],
})
TryConfigChangesModelsValue = TypedDict("TryConfigChangesModelsValue", {
    "retrain_interval_hours": NotRequired[float],
    "min_new_samples": NotRequired[int],
    "retrain_policy": NotRequired[Literal["routine", "worth"]],
    "training_price": NotRequired[float],
    "training_price_by": NotRequired[Literal["share", "budget", "money"]],
    "training_budget": NotRequired[Union[float, None]],
    "recalibrate": NotRequired[bool],
    "gate": NotRequired[Literal["evidence", "no-harm", "threshold", "worth"]],
    "performance_threshold": NotRequired[float],
    "confidence": NotRequired[float],
    "margin": NotRequired[Union[float, None]],
    "stale_after_days": NotRequired[int],
    "stale_growth": NotRequired[float],
    "min_validation_rows": NotRequired[int],
    "validation_rows": NotRequired[int],
    "refit": NotRequired[bool],
    "backup_models": NotRequired[bool],
    "backups_kept": NotRequired[int],
    "horizon_days": NotRequired[int],
    "active_days": NotRequired[int],
    "activity": NotRequired[Literal["purchase", "any"]],
    "step_days": NotRequired[int],
    "first_cutoff": NotRequired[Union[str, None]],
    "min_train_cutoffs": NotRequired[int],
    "max_train_cutoffs": NotRequired[int],
    "routine_cutoffs": NotRequired[int],
    "segment_margin": NotRequired[float],
    "approval": NotRequired[Literal["none", "required"]],
    "approval_remind_hours": NotRequired[float],
    "approval_expire_hours": NotRequired[float],
    "rollout": NotRequired[Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str]],
    "canary_shares": NotRequired[list[float]],
    "rollout_step_hours": NotRequired[float],
    "rollout_step_shoppers": NotRequired[int],
    "rollout_look_minutes": NotRequired[float],
    "rollout_days": NotRequired[float],
    "rollout_undecided": NotRequired[Literal["promote", "hold"]],
    "rollout_proof": NotRequired[Literal["outcomes", "guardrails"]],
    "rollout_error_rate": NotRequired[float],
    "ab_share": NotRequired[float],
    "ab_power": NotRequired[float],
    "ab_effect": NotRequired[Union[float, None]],
    "bandit_floor": NotRequired[float],
    "bandit_versions": NotRequired[int],
    "bandit_reward": NotRequired[Literal["outcome", "purchase", "spend"]],
    "bandit_reward_days": NotRequired[float],
    "bandit_certainty": NotRequired[float],
    "guard_errors": NotRequired[float],
    "guard_fallbacks": NotRequired[float],
    "guard_latency_ms": NotRequired[float],
    "guard_divergence": NotRequired[float],
    "sales_margin": NotRequired[Union[float, None]],
    "kept_customer_value": NotRequired[Union[float, None]],
    "contact_cost": NotRequired[Union[float, None]],
    "offer_success": NotRequired[Union[float, None]],
    "offer_lift": NotRequired[Union[float, None]],
    "contact_budget": NotRequired[Union[int, None]],
    "machine_hour_cost": NotRequired[Union[float, None]],
    "cycle_person_cost": NotRequired[float],
    "training_shards": NotRequired[int],
    "training_min_rows_per_shard": NotRequired[int],
    "seed": NotRequired[int],
})
TryConfigChanges = TypedDict("TryConfigChanges", {
    "retrain_interval_hours": NotRequired[float],
    "min_new_samples": NotRequired[int],
    "retrain_policy": NotRequired[Literal["routine", "worth"]],
    "training_price": NotRequired[float],
    "training_price_by": NotRequired[Literal["share", "budget", "money"]],
    "training_budget": NotRequired[Union[float, None]],
    "recalibrate": NotRequired[bool],
    "gate": NotRequired[Literal["evidence", "no-harm", "threshold", "worth"]],
    "performance_threshold": NotRequired[float],
    "confidence": NotRequired[float],
    "margin": NotRequired[Union[float, None]],
    "stale_after_days": NotRequired[int],
    "stale_growth": NotRequired[float],
    "min_validation_rows": NotRequired[int],
    "validation_rows": NotRequired[int],
    "refit": NotRequired[bool],
    "backup_models": NotRequired[bool],
    "backups_kept": NotRequired[int],
    "horizon_days": NotRequired[int],
    "active_days": NotRequired[int],
    "activity": NotRequired[Literal["purchase", "any"]],
    "step_days": NotRequired[int],
    "first_cutoff": NotRequired[Union[str, None]],
    "min_train_cutoffs": NotRequired[int],
    "max_train_cutoffs": NotRequired[int],
    "routine_cutoffs": NotRequired[int],
    "segment_margin": NotRequired[float],
    "approval": NotRequired[Literal["none", "required"]],
    "approval_remind_hours": NotRequired[float],
    "approval_expire_hours": NotRequired[float],
    "rollout": NotRequired[Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str]],
    "canary_shares": NotRequired[list[float]],
    "rollout_step_hours": NotRequired[float],
    "rollout_step_shoppers": NotRequired[int],
    "rollout_look_minutes": NotRequired[float],
    "rollout_days": NotRequired[float],
    "rollout_undecided": NotRequired[Literal["promote", "hold"]],
    "rollout_proof": NotRequired[Literal["outcomes", "guardrails"]],
    "rollout_error_rate": NotRequired[float],
    "ab_share": NotRequired[float],
    "ab_power": NotRequired[float],
    "ab_effect": NotRequired[Union[float, None]],
    "bandit_floor": NotRequired[float],
    "bandit_versions": NotRequired[int],
    "bandit_reward": NotRequired[Literal["outcome", "purchase", "spend"]],
    "bandit_reward_days": NotRequired[float],
    "bandit_certainty": NotRequired[float],
    "guard_errors": NotRequired[float],
    "guard_fallbacks": NotRequired[float],
    "guard_latency_ms": NotRequired[float],
    "guard_divergence": NotRequired[float],
    "sales_margin": NotRequired[Union[float, None]],
    "kept_customer_value": NotRequired[Union[float, None]],
    "contact_cost": NotRequired[Union[float, None]],
    "offer_success": NotRequired[Union[float, None]],
    "offer_lift": NotRequired[Union[float, None]],
    "contact_budget": NotRequired[Union[int, None]],
    "machine_hour_cost": NotRequired[Union[float, None]],
    "cycle_person_cost": NotRequired[float],
    "training_shards": NotRequired[int],
    "training_min_rows_per_shard": NotRequired[int],
    "seed": NotRequired[int],
    "false_alarm_days": NotRequired[float],
    "monitor_interval_hours": NotRequired[float],
    "monitor_sample": NotRequired[int],
    "personal_text": NotRequired[Literal["mask", "refuse"]],
    "after_erasure": NotRequired[Literal["next", "now"]],
    "alert_cooldown_hours": NotRequired[float],
    "alert_escalate_hours": NotRequired[float],
    "currency": NotRequired[str],
    "currency_rates": NotRequired[str],
    "keep_events_days": NotRequired[Union[int, None]],
    "keep_shoppers_days": NotRequired[Union[int, None]],
    "keep_predictions_days": NotRequired[Union[int, None]],
    "keep_metrics_days": NotRequired[Union[int, None]],
    "keep_blocks_days": NotRequired[Union[int, None]],
    "keep_evidence_days": NotRequired[Union[int, None]],
    "keep_rejected_days": NotRequired[Union[int, None]],
    "keep_quarantine_days": NotRequired[Union[int, None]],
    "keep_alerts_days": NotRequired[Union[int, None]],
    "keep_idempotency_days": NotRequired[Union[int, None]],
    "keep_logs_days": NotRequired[Union[int, None]],
    "models": NotRequired[dict[str, Union[TryConfigChangesModelsValue, None]]],
})
TryConfigConfigModelsValue = TypedDict("TryConfigConfigModelsValue", {
    "retrain_interval_hours": NotRequired[float],
    "min_new_samples": NotRequired[int],
    "retrain_policy": NotRequired[Literal["routine", "worth"]],
    "training_price": NotRequired[float],
    "training_price_by": NotRequired[Literal["share", "budget", "money"]],
    "training_budget": NotRequired[Union[float, None]],
    "recalibrate": NotRequired[bool],
    "gate": NotRequired[Literal["evidence", "no-harm", "threshold", "worth"]],
    "performance_threshold": NotRequired[float],
    "confidence": NotRequired[float],
    "margin": NotRequired[Union[float, None]],
    "stale_after_days": NotRequired[int],
    "stale_growth": NotRequired[float],
    "min_validation_rows": NotRequired[int],
    "validation_rows": NotRequired[int],
    "refit": NotRequired[bool],
    "backup_models": NotRequired[bool],
    "backups_kept": NotRequired[int],
    "horizon_days": NotRequired[int],
    "active_days": NotRequired[int],
    "activity": NotRequired[Literal["purchase", "any"]],
    "step_days": NotRequired[int],
    "first_cutoff": NotRequired[Union[str, None]],
    "min_train_cutoffs": NotRequired[int],
    "max_train_cutoffs": NotRequired[int],
    "routine_cutoffs": NotRequired[int],
    "segment_margin": NotRequired[float],
    "approval": NotRequired[Literal["none", "required"]],
    "approval_remind_hours": NotRequired[float],
    "approval_expire_hours": NotRequired[float],
    "rollout": NotRequired[Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str]],
    "canary_shares": NotRequired[list[float]],
    "rollout_step_hours": NotRequired[float],
    "rollout_step_shoppers": NotRequired[int],
    "rollout_look_minutes": NotRequired[float],
    "rollout_days": NotRequired[float],
    "rollout_undecided": NotRequired[Literal["promote", "hold"]],
    "rollout_proof": NotRequired[Literal["outcomes", "guardrails"]],
    "rollout_error_rate": NotRequired[float],
    "ab_share": NotRequired[float],
    "ab_power": NotRequired[float],
    "ab_effect": NotRequired[Union[float, None]],
    "bandit_floor": NotRequired[float],
    "bandit_versions": NotRequired[int],
    "bandit_reward": NotRequired[Literal["outcome", "purchase", "spend"]],
    "bandit_reward_days": NotRequired[float],
    "bandit_certainty": NotRequired[float],
    "guard_errors": NotRequired[float],
    "guard_fallbacks": NotRequired[float],
    "guard_latency_ms": NotRequired[float],
    "guard_divergence": NotRequired[float],
    "sales_margin": NotRequired[Union[float, None]],
    "kept_customer_value": NotRequired[Union[float, None]],
    "contact_cost": NotRequired[Union[float, None]],
    "offer_success": NotRequired[Union[float, None]],
    "offer_lift": NotRequired[Union[float, None]],
    "contact_budget": NotRequired[Union[int, None]],
    "machine_hour_cost": NotRequired[Union[float, None]],
    "cycle_person_cost": NotRequired[float],
    "training_shards": NotRequired[int],
    "training_min_rows_per_shard": NotRequired[int],
    "seed": NotRequired[int],
})
TryConfigConfig = TypedDict("TryConfigConfig", {
    "retrain_interval_hours": NotRequired[float],
    "min_new_samples": NotRequired[int],
    "retrain_policy": NotRequired[Literal["routine", "worth"]],
    "training_price": NotRequired[float],
    "training_price_by": NotRequired[Literal["share", "budget", "money"]],
    "training_budget": NotRequired[Union[float, None]],
    "recalibrate": NotRequired[bool],
    "gate": NotRequired[Literal["evidence", "no-harm", "threshold", "worth"]],
    "performance_threshold": NotRequired[float],
    "confidence": NotRequired[float],
    "margin": NotRequired[Union[float, None]],
    "stale_after_days": NotRequired[int],
    "stale_growth": NotRequired[float],
    "min_validation_rows": NotRequired[int],
    "validation_rows": NotRequired[int],
    "refit": NotRequired[bool],
    "backup_models": NotRequired[bool],
    "backups_kept": NotRequired[int],
    "horizon_days": NotRequired[int],
    "active_days": NotRequired[int],
    "activity": NotRequired[Literal["purchase", "any"]],
    "step_days": NotRequired[int],
    "first_cutoff": NotRequired[Union[str, None]],
    "min_train_cutoffs": NotRequired[int],
    "max_train_cutoffs": NotRequired[int],
    "routine_cutoffs": NotRequired[int],
    "segment_margin": NotRequired[float],
    "approval": NotRequired[Literal["none", "required"]],
    "approval_remind_hours": NotRequired[float],
    "approval_expire_hours": NotRequired[float],
    "rollout": NotRequired[Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str]],
    "canary_shares": NotRequired[list[float]],
    "rollout_step_hours": NotRequired[float],
    "rollout_step_shoppers": NotRequired[int],
    "rollout_look_minutes": NotRequired[float],
    "rollout_days": NotRequired[float],
    "rollout_undecided": NotRequired[Literal["promote", "hold"]],
    "rollout_proof": NotRequired[Literal["outcomes", "guardrails"]],
    "rollout_error_rate": NotRequired[float],
    "ab_share": NotRequired[float],
    "ab_power": NotRequired[float],
    "ab_effect": NotRequired[Union[float, None]],
    "bandit_floor": NotRequired[float],
    "bandit_versions": NotRequired[int],
    "bandit_reward": NotRequired[Literal["outcome", "purchase", "spend"]],
    "bandit_reward_days": NotRequired[float],
    "bandit_certainty": NotRequired[float],
    "guard_errors": NotRequired[float],
    "guard_fallbacks": NotRequired[float],
    "guard_latency_ms": NotRequired[float],
    "guard_divergence": NotRequired[float],
    "sales_margin": NotRequired[Union[float, None]],
    "kept_customer_value": NotRequired[Union[float, None]],
    "contact_cost": NotRequired[Union[float, None]],
    "offer_success": NotRequired[Union[float, None]],
    "offer_lift": NotRequired[Union[float, None]],
    "contact_budget": NotRequired[Union[int, None]],
    "machine_hour_cost": NotRequired[Union[float, None]],
    "cycle_person_cost": NotRequired[float],
    "training_shards": NotRequired[int],
    "training_min_rows_per_shard": NotRequired[int],
    "seed": NotRequired[int],
    "false_alarm_days": NotRequired[float],
    "monitor_interval_hours": NotRequired[float],
    "monitor_sample": NotRequired[int],
    "personal_text": NotRequired[Literal["mask", "refuse"]],
    "after_erasure": NotRequired[Literal["next", "now"]],
    "alert_cooldown_hours": NotRequired[float],
    "alert_escalate_hours": NotRequired[float],
    "currency": NotRequired[str],
    "currency_rates": NotRequired[str],
    "keep_events_days": NotRequired[Union[int, None]],
    "keep_shoppers_days": NotRequired[Union[int, None]],
    "keep_predictions_days": NotRequired[Union[int, None]],
    "keep_metrics_days": NotRequired[Union[int, None]],
    "keep_blocks_days": NotRequired[Union[int, None]],
    "keep_evidence_days": NotRequired[Union[int, None]],
    "keep_rejected_days": NotRequired[Union[int, None]],
    "keep_quarantine_days": NotRequired[Union[int, None]],
    "keep_alerts_days": NotRequired[Union[int, None]],
    "keep_idempotency_days": NotRequired[Union[int, None]],
    "keep_logs_days": NotRequired[Union[int, None]],
    "models": NotRequired[dict[str, TryConfigConfigModelsValue]],
})
ConfigTrialChangesItem = TypedDict("ConfigTrialChangesItem", {
    "name": str,
    "model": Union[str, None],
    "before": NotRequired[Any],
    "after": NotRequired[Any],
})
ConfigTrialModelsItemChecks = TypedDict("ConfigTrialModelsItemChecks", {
    "same": int,
    "changed": int,
    "cannot": int,
})
ConfigTrialModelsItemTrainingsMore = TypedDict("ConfigTrialModelsItemTrainingsMore", {
    "atLeast": int,
    "atMost": int,
})
ConfigTrialModelsItemTrainings = TypedDict("ConfigTrialModelsItemTrainings", {
    "was": int,
    "more": ConfigTrialModelsItemTrainingsMore,
    "fewer": int,
})
ConfigTrialModelsItemDeployments = TypedDict("ConfigTrialModelsItemDeployments", {
    "was": int,
    "more": int,
    "fewer": int,
    "cannot": int,
})
ConfigTrialModelsItem = TypedDict("ConfigTrialModelsItem", {
    "model": str,
    "checks": ConfigTrialModelsItemChecks,
    "trainings": ConfigTrialModelsItemTrainings,
    "deployments": ConfigTrialModelsItemDeployments,
})
ConfigTrialChecksItem = TypedDict("ConfigTrialChecksItem", {
    "id": str,
    "model": str,
    "asOf": str,
    "trigger": Literal["first", "interval", "force", "alarm", "replay"],
    "was": Literal["retrain", "recalibrate", "wait", "fix data first", "cannot tell yet"],
    "would": Literal["retrain", "recalibrate", "wait", "fix data first", "cannot tell yet", None],
    "text": str,
})
ConfigTrialVerdictsItem = TypedDict("ConfigTrialVerdictsItem", {
    "cycleId": str,
    "model": str,
    "number": int,
    "asOf": str,
    "was": Literal["promote", "reject", "inconclusive"],
    "would": Union[Literal["promote", "reject", "inconclusive"], Literal["no training"], None],
    "text": str,
})
ConfigTrial = TypedDict("ConfigTrial", {
    "from": str,
    "to": str,
    "changes": list[ConfigTrialChangesItem],
    "models": list[ConfigTrialModelsItem],
    "checks": list[ConfigTrialChecksItem],
    "verdicts": list[ConfigTrialVerdictsItem],
    "notes": list[str],
    "truncated": bool,
})
ConfigHistoryVersionsItemConfigModelsValue = TypedDict("ConfigHistoryVersionsItemConfigModelsValue", {
    "retrain_interval_hours": NotRequired[float],
    "min_new_samples": NotRequired[int],
    "retrain_policy": NotRequired[Literal["routine", "worth"]],
    "training_price": NotRequired[float],
    "training_price_by": NotRequired[Literal["share", "budget", "money"]],
    "training_budget": NotRequired[Union[float, None]],
    "recalibrate": NotRequired[bool],
    "gate": NotRequired[Literal["evidence", "no-harm", "threshold", "worth"]],
    "performance_threshold": NotRequired[float],
    "confidence": NotRequired[float],
    "margin": NotRequired[Union[float, None]],
    "stale_after_days": NotRequired[int],
    "stale_growth": NotRequired[float],
    "min_validation_rows": NotRequired[int],
    "validation_rows": NotRequired[int],
    "refit": NotRequired[bool],
    "backup_models": NotRequired[bool],
    "backups_kept": NotRequired[int],
    "horizon_days": NotRequired[int],
    "active_days": NotRequired[int],
    "activity": NotRequired[Literal["purchase", "any"]],
    "step_days": NotRequired[int],
    "first_cutoff": NotRequired[Union[str, None]],
    "min_train_cutoffs": NotRequired[int],
    "max_train_cutoffs": NotRequired[int],
    "routine_cutoffs": NotRequired[int],
    "segment_margin": NotRequired[float],
    "approval": NotRequired[Literal["none", "required"]],
    "approval_remind_hours": NotRequired[float],
    "approval_expire_hours": NotRequired[float],
    "rollout": NotRequired[Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str]],
    "canary_shares": NotRequired[list[float]],
    "rollout_step_hours": NotRequired[float],
    "rollout_step_shoppers": NotRequired[int],
    "rollout_look_minutes": NotRequired[float],
    "rollout_days": NotRequired[float],
    "rollout_undecided": NotRequired[Literal["promote", "hold"]],
    "rollout_proof": NotRequired[Literal["outcomes", "guardrails"]],
    "rollout_error_rate": NotRequired[float],
    "ab_share": NotRequired[float],
    "ab_power": NotRequired[float],
    "ab_effect": NotRequired[Union[float, None]],
    "bandit_floor": NotRequired[float],
    "bandit_versions": NotRequired[int],
    "bandit_reward": NotRequired[Literal["outcome", "purchase", "spend"]],
    "bandit_reward_days": NotRequired[float],
    "bandit_certainty": NotRequired[float],
    "guard_errors": NotRequired[float],
    "guard_fallbacks": NotRequired[float],
    "guard_latency_ms": NotRequired[float],
    "guard_divergence": NotRequired[float],
    "sales_margin": NotRequired[Union[float, None]],
    "kept_customer_value": NotRequired[Union[float, None]],
    "contact_cost": NotRequired[Union[float, None]],
    "offer_success": NotRequired[Union[float, None]],
    "offer_lift": NotRequired[Union[float, None]],
    "contact_budget": NotRequired[Union[int, None]],
    "machine_hour_cost": NotRequired[Union[float, None]],
    "cycle_person_cost": NotRequired[float],
    "training_shards": NotRequired[int],
    "training_min_rows_per_shard": NotRequired[int],
    "seed": NotRequired[int],
})
ConfigHistoryVersionsItemConfig = TypedDict("ConfigHistoryVersionsItemConfig", {
    "retrain_interval_hours": NotRequired[float],
    "min_new_samples": NotRequired[int],
    "retrain_policy": NotRequired[Literal["routine", "worth"]],
    "training_price": NotRequired[float],
    "training_price_by": NotRequired[Literal["share", "budget", "money"]],
    "training_budget": NotRequired[Union[float, None]],
    "recalibrate": NotRequired[bool],
    "gate": NotRequired[Literal["evidence", "no-harm", "threshold", "worth"]],
    "performance_threshold": NotRequired[float],
    "confidence": NotRequired[float],
    "margin": NotRequired[Union[float, None]],
    "stale_after_days": NotRequired[int],
    "stale_growth": NotRequired[float],
    "min_validation_rows": NotRequired[int],
    "validation_rows": NotRequired[int],
    "refit": NotRequired[bool],
    "backup_models": NotRequired[bool],
    "backups_kept": NotRequired[int],
    "horizon_days": NotRequired[int],
    "active_days": NotRequired[int],
    "activity": NotRequired[Literal["purchase", "any"]],
    "step_days": NotRequired[int],
    "first_cutoff": NotRequired[Union[str, None]],
    "min_train_cutoffs": NotRequired[int],
    "max_train_cutoffs": NotRequired[int],
    "routine_cutoffs": NotRequired[int],
    "segment_margin": NotRequired[float],
    "approval": NotRequired[Literal["none", "required"]],
    "approval_remind_hours": NotRequired[float],
    "approval_expire_hours": NotRequired[float],
    "rollout": NotRequired[Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str]],
    "canary_shares": NotRequired[list[float]],
    "rollout_step_hours": NotRequired[float],
    "rollout_step_shoppers": NotRequired[int],
    "rollout_look_minutes": NotRequired[float],
    "rollout_days": NotRequired[float],
    "rollout_undecided": NotRequired[Literal["promote", "hold"]],
    "rollout_proof": NotRequired[Literal["outcomes", "guardrails"]],
    "rollout_error_rate": NotRequired[float],
    "ab_share": NotRequired[float],
    "ab_power": NotRequired[float],
    "ab_effect": NotRequired[Union[float, None]],
    "bandit_floor": NotRequired[float],
    "bandit_versions": NotRequired[int],
    "bandit_reward": NotRequired[Literal["outcome", "purchase", "spend"]],
    "bandit_reward_days": NotRequired[float],
    "bandit_certainty": NotRequired[float],
    "guard_errors": NotRequired[float],
    "guard_fallbacks": NotRequired[float],
    "guard_latency_ms": NotRequired[float],
    "guard_divergence": NotRequired[float],
    "sales_margin": NotRequired[Union[float, None]],
    "kept_customer_value": NotRequired[Union[float, None]],
    "contact_cost": NotRequired[Union[float, None]],
    "offer_success": NotRequired[Union[float, None]],
    "offer_lift": NotRequired[Union[float, None]],
    "contact_budget": NotRequired[Union[int, None]],
    "machine_hour_cost": NotRequired[Union[float, None]],
    "cycle_person_cost": NotRequired[float],
    "training_shards": NotRequired[int],
    "training_min_rows_per_shard": NotRequired[int],
    "seed": NotRequired[int],
    "false_alarm_days": NotRequired[float],
    "monitor_interval_hours": NotRequired[float],
    "monitor_sample": NotRequired[int],
    "personal_text": NotRequired[Literal["mask", "refuse"]],
    "after_erasure": NotRequired[Literal["next", "now"]],
    "alert_cooldown_hours": NotRequired[float],
    "alert_escalate_hours": NotRequired[float],
    "currency": NotRequired[str],
    "currency_rates": NotRequired[str],
    "keep_events_days": NotRequired[Union[int, None]],
    "keep_shoppers_days": NotRequired[Union[int, None]],
    "keep_predictions_days": NotRequired[Union[int, None]],
    "keep_metrics_days": NotRequired[Union[int, None]],
    "keep_blocks_days": NotRequired[Union[int, None]],
    "keep_evidence_days": NotRequired[Union[int, None]],
    "keep_rejected_days": NotRequired[Union[int, None]],
    "keep_quarantine_days": NotRequired[Union[int, None]],
    "keep_alerts_days": NotRequired[Union[int, None]],
    "keep_idempotency_days": NotRequired[Union[int, None]],
    "keep_logs_days": NotRequired[Union[int, None]],
    "models": NotRequired[dict[str, ConfigHistoryVersionsItemConfigModelsValue]],
})
ConfigHistoryVersionsItem = TypedDict("ConfigHistoryVersionsItem", {
    "version": int,
    "config": ConfigHistoryVersionsItemConfig,
    "by": str,
    "why": str,
    "at": str,
})
ConfigHistory = TypedDict("ConfigHistory", {
    "versions": list[ConfigHistoryVersionsItem],
})
HistoryCyclesItemDifference = TypedDict("HistoryCyclesItemDifference", {
    "mean": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "clusters": int,
    "confidence": float,
})
HistoryCyclesItem = TypedDict("HistoryCyclesItem", {
    "id": str,
    "model": str,
    "number": int,
    "trigger": Literal["first", "interval", "force", "alarm", "replay"],
    "requestedBy": Union[str, None],
    "asOf": str,
    "startedAt": str,
    "endedAt": Union[str, None],
    "seconds": Union[float, None],
    "verdict": Literal["promote", "reject", "inconclusive", None],
    "outcome": Literal["deployed", "rolling out", "rejected", "inconclusive", "failed", "cancelled", "rolled back", "lost", None],
    "champion": Union[int, None],
    "challenger": Union[int, None],
    "against": Literal["champion", "baseline", None],
    "loss": Union[str, None],
    "championLoss": Union[float, None],
    "challengerLoss": Union[float, None],
    "difference": Union[HistoryCyclesItemDifference, None],
    "text": str,
    "error": Union[str, None],
})
History = TypedDict("History", {
    "cycles": list[HistoryCyclesItem],
    "next": Union[int, None],
})
ChecksChecksItemReasonsItem = TypedDict("ChecksChecksItemReasonsItem", {
    "code": Literal["forced", "data quality", "new samples", "labelled rows", "first model", "nothing to learn", "routine", "age", "performance", "outcomes", "changed shop", "drift", "rollout", "worth", "recalibration"],
    "speaks": Literal["for", "against", "neither"],
    "text": str,
    "evidence": dict[str, Union[float, str, bool, None]],
})
ChecksChecksItem = TypedDict("ChecksChecksItem", {
    "id": str,
    "model": str,
    "asOf": str,
    "trigger": Literal["first", "interval", "force", "alarm", "replay"],
    "answer": Literal["retrain", "recalibrate", "wait", "fix data first", "cannot tell yet"],
    "reasons": list[ChecksChecksItemReasonsItem],
    "cycleId": Union[str, None],
    "observations": NotRequired[list[str]],
    "codeVersion": NotRequired[Union[str, None]],
    "checkedAt": str,
})
Checks = TypedDict("Checks", {
    "checks": list[ChecksChecksItem],
    "next": Union[str, None],
})
CheckReasonsItem = TypedDict("CheckReasonsItem", {
    "code": Literal["forced", "data quality", "new samples", "labelled rows", "first model", "nothing to learn", "routine", "age", "performance", "outcomes", "changed shop", "drift", "rollout", "worth", "recalibration"],
    "speaks": Literal["for", "against", "neither"],
    "text": str,
    "evidence": dict[str, Union[float, str, bool, None]],
})
CheckFindingsChampionLossNow = TypedDict("CheckFindingsChampionLossNow", {
    "mean": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "clusters": int,
    "confidence": float,
})
CheckFindingsChampion = TypedDict("CheckFindingsChampion", {
    "version": int,
    "ageDays": float,
    "staleAfterDays": float,
    "rows": int,
    "rowsNow": int,
    "staleGrowth": float,
    "validatedLoss": float,
    "lossNow": Union[CheckFindingsChampionLossNow, None],
    "margin": float,
})
CheckFindingsQualityBrokenItem = TypedDict("CheckFindingsQualityBrokenItem", {
    "key": str,
    "kind": Literal["missing", "wrong type", "out of range", "unseen category", "duplicate", "late", "out of order", "volume too high", "volume too low", "stalled source", "lost event type", "clock shift", "unit jump", "implausible shopper", "broken funnel", "frozen feature", "training-serving skew", "own check"],
    "subject": str,
    "rows": int,
    "from": str,
    "to": str,
    "text": str,
})
CheckFindingsQualityChangedItem = TypedDict("CheckFindingsQualityChangedItem", {
    "key": str,
    "kind": Literal["missing", "wrong type", "out of range", "unseen category", "duplicate", "late", "out of order", "volume too high", "volume too low", "stalled source", "lost event type", "clock shift", "unit jump", "implausible shopper", "broken funnel", "frozen feature", "training-serving skew", "own check"],
    "subject": str,
    "rows": int,
    "from": str,
    "to": str,
    "text": str,
})
CheckFindingsQualityPassingItem = TypedDict("CheckFindingsQualityPassingItem", {
    "key": str,
    "kind": Literal["missing", "wrong type", "out of range", "unseen category", "duplicate", "late", "out of order", "volume too high", "volume too low", "stalled source", "lost event type", "clock shift", "unit jump", "implausible shopper", "broken funnel", "frozen feature", "training-serving skew", "own check"],
    "subject": str,
    "rows": int,
    "from": str,
    "to": str,
    "text": str,
})
CheckFindingsQuality = TypedDict("CheckFindingsQuality", {
    "answer": Literal["sound", "broken", "changed", "cannot tell yet"],
    "broken": list[CheckFindingsQualityBrokenItem],
    "changed": list[CheckFindingsQualityChangedItem],
    "passing": list[CheckFindingsQualityPassingItem],
})
CheckFindingsDriftTopItem = TypedDict("CheckFindingsDriftTopItem", {
    "feature": str,
    "shift": Union[float, None],
    "p": float,
    "importance": Union[float, None],
    "smallest": Union[float, None],
})
CheckFindingsDrift = TypedDict("CheckFindingsDrift", {
    "answer": Literal["stable", "drifted", "cannot tell yet"],
    "text": str,
    "since": Union[str, None],
    "top": list[CheckFindingsDriftTopItem],
})
CheckFindingsRollout = TypedDict("CheckFindingsRollout", {
    "id": str,
    "version": int,
    "strategy": str,
    "since": str,
})
CheckFindingsWorthVersionsItem = TypedDict("CheckFindingsWorthVersionsItem", {
    "id": str,
    "through": int,
    "rows": float,
})
CheckFindingsWorthWindowsItemLossesItem = TypedDict("CheckFindingsWorthWindowsItemLossesItem", {
    "version": str,
    "loss": float,
})
CheckFindingsWorthWindowsItemPairsItem = TypedDict("CheckFindingsWorthWindowsItemPairsItem", {
    "older": str,
    "newer": str,
    "difference": float,
    "error": float,
})
CheckFindingsWorthWindowsItem = TypedDict("CheckFindingsWorthWindowsItem", {
    "number": int,
    "losses": list[CheckFindingsWorthWindowsItemLossesItem],
    "pairs": list[CheckFindingsWorthWindowsItemPairsItem],
    "alarm": NotRequired[bool],
})
CheckFindingsWorthNext = TypedDict("CheckFindingsWorthNext", {
    "through": int,
    "rows": float,
})
CheckFindingsWorthPriceBasis1 = TypedDict("CheckFindingsWorthPriceBasis1", {
    "by": Literal["share"],
    "share": float,
    "instead": NotRequired[Union[str, None]],
})
CheckFindingsWorthPriceBasis2 = TypedDict("CheckFindingsWorthPriceBasis2", {
    "by": Literal["budget"],
    "trainings": float,
    "windows": float,
    "replayed": int,
})
CheckFindingsWorthPriceBasis3 = TypedDict("CheckFindingsWorthPriceBasis3", {
    "by": Literal["money"],
    "trainingSeconds": float,
    "machineHourCost": float,
    "personCost": float,
    "lossWorth": float,
    "lossWorthError": float,
    "comparisons": int,
})
CheckFindingsWorthRecalibrationWindowsItem = TypedDict("CheckFindingsWorthRecalibrationWindowsItem", {
    "number": int,
    "saved": float,
    "aged": NotRequired[Union[float, None]],
})
CheckFindingsWorthRecalibrationLine = TypedDict("CheckFindingsWorthRecalibrationLine", {
    "age": Union[int, None],
})
CheckFindingsWorthRecalibration = TypedDict("CheckFindingsWorthRecalibration", {
    "possible": bool,
    "text": str,
    "share": float,
    "windows": list[CheckFindingsWorthRecalibrationWindowsItem],
    "line": NotRequired[Union[CheckFindingsWorthRecalibrationLine, None]],
})
CheckFindingsWorthForecastsItem = TypedDict("CheckFindingsWorthForecastsItem", {
    "asOf": str,
    "cutoff": str,
    "made": str,
    "instead": str,
    "mean": float,
    "sd": float,
    "came": float,
    "error": float,
})
CheckFindingsWorthRegimesItem = TypedDict("CheckFindingsWorthRegimesItem", {
    "name": str,
    "weight": float,
    "level": float,
    "difficulty": float,
    "memory": float,
    "shock": float,
    "maturity": float,
    "maturitySd": float,
    "curve": float,
    "ageing": float,
    "ageingSd": float,
    "wander": float,
    "straying": float,
    "passing": float,
    "inherited": float,
    "luck": float,
    "noise": float,
    "sampling": float,
    "jumpChance": float,
    "jump": float,
    "jumpShared": float,
})
CheckFindingsWorth = TypedDict("CheckFindingsWorth", {
    "versions": list[CheckFindingsWorthVersionsItem],
    "windows": list[CheckFindingsWorthWindowsItem],
    "serving": str,
    "next": Union[CheckFindingsWorthNext, None],
    "window": int,
    "price": float,
    "priceBasis": NotRequired[Union[CheckFindingsWorthPriceBasis1, CheckFindingsWorthPriceBasis2, CheckFindingsWorthPriceBasis3, None]],
    "horizon": int,
    "caution": float,
    "overlap": NotRequired[int],
    "passes": NotRequired[float],
    "recalibration": NotRequired[Union[CheckFindingsWorthRecalibration, None]],
    "origin": NotRequired[Union[str, None]],
    "forecasts": NotRequired[list[CheckFindingsWorthForecastsItem]],
    "regimes": list[CheckFindingsWorthRegimesItem],
})
CheckFindingsLearnable = TypedDict("CheckFindingsLearnable", {
    "model": str,
    "kind": Literal["classification", "classes", "regression"],
    "horizonDays": float,
    "activeDays": float,
    "events": float,
    "purchases": float,
    "cutoffs": int,
    "rows": int,
    "lowest": Union[float, None],
    "highest": Union[float, None],
    "quietDays": NotRequired[Union[float, None]],
})
CheckFindingsOutcomes = TypedDict("CheckFindingsOutcomes", {
    "answer": Literal["holds", "fell", "cannot tell yet"],
    "text": str,
    "rows": int,
})
CheckFindings = TypedDict("CheckFindings", {
    "trigger": Literal["first", "interval", "force", "alarm", "replay"],
    "asOf": str,
    "newSamples": int,
    "newSamplesMin": int,
    "cutoffs": int,
    "cutoffsMin": int,
    "unseenRows": int,
    "unseenRowsMin": int,
    "newestLabelled": Union[str, None],
    "nextLabelled": Union[str, None],
    "newCutoffs": int,
    "routineCutoffs": int,
    "champion": Union[CheckFindingsChampion, None],
    "quality": Union[CheckFindingsQuality, None],
    "drift": Union[CheckFindingsDrift, None],
    "rollout": NotRequired[Union[CheckFindingsRollout, None]],
    "worth": NotRequired[Union[CheckFindingsWorth, None]],
    "learnable": NotRequired[Union[CheckFindingsLearnable, None]],
    "outcomes": Union[CheckFindingsOutcomes, None],
})
CheckLooksItem = TypedDict("CheckLooksItem", {
    "id": str,
    "asOf": str,
    "answer": str,
    "text": str,
    "kind": str,
    "model": Union[str, None],
})
Check = TypedDict("Check", {
    "id": str,
    "model": str,
    "asOf": str,
    "trigger": Literal["first", "interval", "force", "alarm", "replay"],
    "answer": Literal["retrain", "recalibrate", "wait", "fix data first", "cannot tell yet"],
    "reasons": list[CheckReasonsItem],
    "cycleId": Union[str, None],
    "observations": NotRequired[list[str]],
    "codeVersion": NotRequired[Union[str, None]],
    "checkedAt": str,
    "findings": Union[CheckFindings, None],
    "looks": list[CheckLooksItem],
})
ExplanationCheckReasonsItem = TypedDict("ExplanationCheckReasonsItem", {
    "code": Literal["forced", "data quality", "new samples", "labelled rows", "first model", "nothing to learn", "routine", "age", "performance", "outcomes", "changed shop", "drift", "rollout", "worth", "recalibration"],
    "speaks": Literal["for", "against", "neither"],
    "text": str,
    "evidence": dict[str, Union[float, str, bool, None]],
})
ExplanationCheck = TypedDict("ExplanationCheck", {
    "id": str,
    "model": str,
    "asOf": str,
    "trigger": Literal["first", "interval", "force", "alarm", "replay"],
    "answer": Literal["retrain", "recalibrate", "wait", "fix data first", "cannot tell yet"],
    "reasons": list[ExplanationCheckReasonsItem],
    "cycleId": Union[str, None],
    "observations": NotRequired[list[str]],
    "codeVersion": NotRequired[Union[str, None]],
    "checkedAt": str,
})
ExplanationPartsItemDifference = TypedDict("ExplanationPartsItemDifference", {
    "at": str,
    "stored": str,
    "now": str,
})
ExplanationPartsItem = TypedDict("ExplanationPartsItem", {
    "what": Literal["decision", "quality", "drift", "performance", "look"],
    "observation": Union[str, None],
    "outcome": Literal["same", "differs", "unreadable"],
    "text": str,
    "difference": Union[ExplanationPartsItemDifference, None],
    "codeVersion": Union[str, None],
})
Explanation = TypedDict("Explanation", {
    "check": ExplanationCheck,
    "outcome": Literal["same", "differs", "unreadable", "no stored evidence"],
    "text": str,
    "codeVersion": str,
    "parts": list[ExplanationPartsItem],
})
CycleProgress = TypedDict("CycleProgress", {
    "fraction": float,
    "text": str,
})
CycleReasonsItem = TypedDict("CycleReasonsItem", {
    "code": Literal["forced", "data quality", "new samples", "labelled rows", "first model", "nothing to learn", "routine", "age", "performance", "outcomes", "changed shop", "drift", "rollout", "worth", "recalibration"],
    "speaks": Literal["for", "against", "neither"],
    "text": str,
    "evidence": dict[str, Union[float, str, bool, None]],
})
CycleEvidenceDifference = TypedDict("CycleEvidenceDifference", {
    "mean": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "clusters": int,
    "confidence": float,
})
CycleEvidenceExpected = TypedDict("CycleEvidenceExpected", {
    "mean": float,
    "sd": float,
})
CycleEvidenceSegmentsItemDifference = TypedDict("CycleEvidenceSegmentsItemDifference", {
    "mean": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "clusters": int,
    "confidence": float,
})
CycleEvidenceSegmentsItem = TypedDict("CycleEvidenceSegmentsItem", {
    "segment": str,
    "difference": CycleEvidenceSegmentsItemDifference,
    "championLoss": float,
})
CycleEvidenceOwnDifference = TypedDict("CycleEvidenceOwnDifference", {
    "mean": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "clusters": int,
    "confidence": float,
})
CycleEvidenceOwn = TypedDict("CycleEvidenceOwn", {
    "metric": str,
    "better": Literal["higher", "lower"],
    "difference": CycleEvidenceOwnDifference,
})
CycleEvidence = TypedDict("CycleEvidence", {
    "gate": Literal["evidence", "no-harm", "threshold", "worth"],
    "loss": str,
    "against": Literal["champion", "baseline"],
    "championLoss": float,
    "challengerLoss": float,
    "difference": CycleEvidenceDifference,
    "rowsMin": NotRequired[int],
    "margin": float,
    "threshold": float,
    "expected": NotRequired[Union[CycleEvidenceExpected, None]],
    "stale": bool,
    "staleBecause": Union[str, None],
    "failing": bool,
    "cutoffs": list[str],
    "segments": NotRequired[list[CycleEvidenceSegmentsItem]],
    "segmentMargin": NotRequired[float],
    "own": NotRequired[CycleEvidenceOwn],
    "championMetrics": dict[str, Union[float, None]],
    "challengerMetrics": dict[str, Union[float, None]],
})
CycleWatchDifference = TypedDict("CycleWatchDifference", {
    "mean": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "clusters": int,
    "confidence": float,
})
CycleWatch = TypedDict("CycleWatch", {
    "decision": Literal["kept", "rolled back", "cannot tell"],
    "cutoff": str,
    "against": int,
    "difference": Union[CycleWatchDifference, None],
    "text": str,
})
CycleStagesItem = TypedDict("CycleStagesItem", {
    "stage": Literal["check", "snapshot", "train", "validate", "refit", "smoke test", "approve", "deploy", "report", "ended"],
    "startedAt": str,
    "endedAt": Union[str, None],
})
Cycle = TypedDict("Cycle", {
    "id": str,
    "model": str,
    "number": int,
    "runId": str,
    "trigger": Literal["first", "interval", "force", "alarm", "replay"],
    "requestedBy": Union[str, None],
    "asOf": str,
    "stage": Literal["check", "snapshot", "train", "validate", "refit", "smoke test", "approve", "deploy", "report", "ended"],
    "progress": Union[CycleProgress, None],
    "reasons": list[CycleReasonsItem],
    "snapshotId": Union[str, None],
    "champion": Union[int, None],
    "challenger": Union[int, None],
    "verdict": Literal["promote", "reject", "inconclusive", None],
    "evidence": Union[CycleEvidence, None],
    "outcome": Literal["deployed", "rolling out", "rejected", "inconclusive", "failed", "cancelled", "rolled back", "lost", None],
    "error": Union[str, None],
    "watch": Union[CycleWatch, None],
    "stages": list[CycleStagesItem],
    "startedAt": str,
    "endedAt": Union[str, None],
    "damaged": NotRequired[str],
})
DriftBudgetSharesItem = TypedDict("DriftBudgetSharesItem", {
    "watched": Literal["quality", "features", "together", "performance", "streams"],
    "share": float,
    "perDay": float,
})
DriftBudget = TypedDict("DriftBudget", {
    "falseAlarmDays": float,
    "models": int,
    "shares": list[DriftBudgetSharesItem],
})
DriftModelsItemNewestReportReference = TypedDict("DriftModelsItemNewestReportReference", {
    "cutoffs": list[str],
    "rows": int,
    "blocks": list[str],
})
DriftModelsItemNewestReportCurrent = TypedDict("DriftModelsItemNewestReportCurrent", {
    "cutoff": str,
    "rows": int,
    "block": str,
})
DriftModelsItemNewestReportPastItem = TypedDict("DriftModelsItemNewestReportPastItem", {
    "cutoff": str,
    "block": str,
})
DriftModelsItemNewestReportFeaturesItemWobble = TypedDict("DriftModelsItemNewestReportFeaturesItemWobble", {
    "p": float,
    "sd": float,
    "stretches": int,
})
DriftModelsItemNewestReportFeaturesItemMissing = TypedDict("DriftModelsItemNewestReportFeaturesItemMissing", {
    "reference": float,
    "current": float,
})
DriftModelsItemNewestReportFeaturesItem = TypedDict("DriftModelsItemNewestReportFeaturesItem", {
    "feature": str,
    "kind": Literal["numeric", "categorical"],
    "distances": dict[str, Union[float, None]],
    "pRaw": float,
    "p": float,
    "wobble": NotRequired[Union[DriftModelsItemNewestReportFeaturesItemWobble, None]],
    "drifted": bool,
    "shift": Union[float, None],
    "missing": DriftModelsItemNewestReportFeaturesItemMissing,
    "importance": Union[float, None],
    "impact": Union[float, None],
    "smallest": Union[float, None],
})
DriftModelsItemNewestReportTogether = TypedDict("DriftModelsItemNewestReportTogether", {
    "statistic": str,
    "value": float,
    "p": float,
    "drifted": bool,
})
DriftModelsItemNewestReport = TypedDict("DriftModelsItemNewestReport", {
    "model": str,
    "version": int,
    "asOf": str,
    "answer": Literal["stable", "drifted", "cannot tell yet"],
    "text": str,
    "reference": DriftModelsItemNewestReportReference,
    "current": DriftModelsItemNewestReportCurrent,
    "past": NotRequired[list[DriftModelsItemNewestReportPastItem]],
    "alpha": float,
    "method": Literal["permutation", "asymptotic"],
    "rounds": int,
    "seed": int,
    "features": list[DriftModelsItemNewestReportFeaturesItem],
    "together": Union[DriftModelsItemNewestReportTogether, None],
})
DriftModelsItemNewest = TypedDict("DriftModelsItemNewest", {
    "id": str,
    "at": str,
    "codeVersion": str,
    "report": DriftModelsItemNewestReport,
})
DriftModelsItemEarlierItem = TypedDict("DriftModelsItemEarlierItem", {
    "id": str,
    "asOf": str,
    "answer": str,
    "text": str,
})
DriftModelsItem = TypedDict("DriftModelsItem", {
    "newest": Union[DriftModelsItemNewest, None],
    "waiting": Union[str, None],
    "earlier": list[DriftModelsItemEarlierItem],
    "model": str,
})
Drift = TypedDict("Drift", {
    "asOf": str,
    "budget": DriftBudget,
    "models": list[DriftModelsItem],
})
QualityBudgetSharesItem = TypedDict("QualityBudgetSharesItem", {
    "watched": Literal["quality", "features", "together", "performance", "streams"],
    "share": float,
    "perDay": float,
})
QualityBudget = TypedDict("QualityBudget", {
    "falseAlarmDays": float,
    "models": int,
    "shares": list[QualityBudgetSharesItem],
})
QualityNewestReportFindingsItem = TypedDict("QualityNewestReportFindingsItem", {
    "key": str,
    "kind": Literal["missing", "wrong type", "out of range", "unseen category", "duplicate", "late", "out of order", "volume too high", "volume too low", "stalled source", "lost event type", "clock shift", "unit jump", "implausible shopper", "broken funnel", "frozen feature", "training-serving skew", "own check"],
    "subject": str,
    "means": Literal["broken", "changed", "passing"],
    "rows": int,
    "share": float,
    "from": str,
    "to": str,
    "ongoing": bool,
    "firstSeen": str,
    "accepted": bool,
    "p": Union[float, None],
    "text": str,
    "evidence": dict[str, Union[float, str, bool, None]],
})
QualityNewestReport = TypedDict("QualityNewestReport", {
    "asOf": str,
    "answer": Literal["sound", "broken", "changed", "cannot tell yet"],
    "text": str,
    "alpha": float,
    "from": str,
    "events": int,
    "days": int,
    "findings": list[QualityNewestReportFindingsItem],
})
QualityNewest = TypedDict("QualityNewest", {
    "id": str,
    "at": str,
    "codeVersion": str,
    "report": QualityNewestReport,
})
QualityEarlierItem = TypedDict("QualityEarlierItem", {
    "id": str,
    "asOf": str,
    "answer": str,
    "text": str,
})
QualityWithheldItem = TypedDict("QualityWithheldItem", {
    "key": str,
    "kind": Literal["missing", "wrong type", "out of range", "unseen category", "duplicate", "late", "out of order", "volume too high", "volume too low", "stalled source", "lost event type", "clock shift", "unit jump", "implausible shopper", "broken funnel", "frozen feature", "training-serving skew", "own check"],
    "subject": str,
    "means": Literal["broken", "changed", "passing"],
    "rows": int,
    "share": float,
    "from": str,
    "to": str,
    "ongoing": bool,
    "firstSeen": str,
    "accepted": bool,
    "p": Union[float, None],
    "text": str,
    "evidence": dict[str, Union[float, str, bool, None]],
})
QualityAcceptedItem = TypedDict("QualityAcceptedItem", {
    "key": str,
    "at": str,
    "by": str,
    "why": str,
})
Quality = TypedDict("Quality", {
    "asOf": str,
    "budget": QualityBudget,
    "newest": Union[QualityNewest, None],
    "waiting": Union[str, None],
    "earlier": list[QualityEarlierItem],
    "withheld": list[QualityWithheldItem],
    "accepted": list[QualityAcceptedItem],
})
Acceptance = TypedDict("Acceptance", {
    "key": str,
    "at": str,
    "by": str,
    "why": str,
})
PerformanceBudgetSharesItem = TypedDict("PerformanceBudgetSharesItem", {
    "watched": Literal["quality", "features", "together", "performance", "streams"],
    "share": float,
    "perDay": float,
})
PerformanceBudget = TypedDict("PerformanceBudget", {
    "falseAlarmDays": float,
    "models": int,
    "shares": list[PerformanceBudgetSharesItem],
})
PerformanceModelsItemNewestReportMeasuredMetricsItem = TypedDict("PerformanceModelsItemNewestReportMeasuredMetricsItem", {
    "metric": str,
    "value": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "atDeployment": Union[float, None],
})
PerformanceModelsItemNewestReportMeasuredSegmentsItemMetricsItem = TypedDict("PerformanceModelsItemNewestReportMeasuredSegmentsItemMetricsItem", {
    "metric": str,
    "value": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "atDeployment": Union[float, None],
})
PerformanceModelsItemNewestReportMeasuredSegmentsItem = TypedDict("PerformanceModelsItemNewestReportMeasuredSegmentsItem", {
    "segment": str,
    "rows": int,
    "metrics": list[PerformanceModelsItemNewestReportMeasuredSegmentsItemMetricsItem],
})
PerformanceModelsItemNewestReportMeasuredCalibrationItem = TypedDict("PerformanceModelsItemNewestReportMeasuredCalibrationItem", {
    "low": float,
    "high": float,
    "rows": int,
    "predicted": float,
    "observed": float,
    "observedLow": float,
    "observedHigh": float,
})
PerformanceModelsItemNewestReportMeasured = TypedDict("PerformanceModelsItemNewestReportMeasured", {
    "from": str,
    "to": str,
    "rows": int,
    "metrics": list[PerformanceModelsItemNewestReportMeasuredMetricsItem],
    "segments": list[PerformanceModelsItemNewestReportMeasuredSegmentsItem],
    "calibration": list[PerformanceModelsItemNewestReportMeasuredCalibrationItem],
})
PerformanceModelsItemNewestReportServedMetricsItem = TypedDict("PerformanceModelsItemNewestReportServedMetricsItem", {
    "metric": str,
    "value": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "atDeployment": Union[float, None],
})
PerformanceModelsItemNewestReportServed = TypedDict("PerformanceModelsItemNewestReportServed", {
    "versions": list[int],
    "from": str,
    "to": str,
    "rows": int,
    "metrics": list[PerformanceModelsItemNewestReportServedMetricsItem],
})
PerformanceModelsItemNewestReportClassesItem = TypedDict("PerformanceModelsItemNewestReportClassesItem", {
    "name": str,
    "rows": int,
    "cameTrue": Union[float, None],
    "predicted": Union[float, None],
    "waiting": Union[float, None],
    "atDeployment": Union[float, None],
    "recall": Union[float, None],
    "precision": Union[float, None],
})
PerformanceModelsItemNewestReportEstimatedMetricsItem = TypedDict("PerformanceModelsItemNewestReportEstimatedMetricsItem", {
    "metric": str,
    "value": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "atDeployment": Union[float, None],
})
PerformanceModelsItemNewestReportEstimated = TypedDict("PerformanceModelsItemNewestReportEstimated", {
    "method": str,
    "assumptions": list[str],
    "rows": int,
    "metrics": list[PerformanceModelsItemNewestReportEstimatedMetricsItem],
})
PerformanceModelsItemNewestReportScoredItem = TypedDict("PerformanceModelsItemNewestReportScoredItem", {
    "asOf": str,
    "metric": str,
    "estimated": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "actual": float,
    "rows": int,
    "within": bool,
})
PerformanceModelsItemNewestReportForecast = TypedDict("PerformanceModelsItemNewestReportForecast", {
    "metric": str,
    "perDay": float,
    "threshold": float,
    "daysLeft": Union[float, None],
    "low": Union[float, None],
    "high": Union[float, None],
    "points": int,
})
PerformanceModelsItemNewestReportStreamsItem = TypedDict("PerformanceModelsItemNewestReportStreamsItem", {
    "detector": str,
    "seen": int,
    "alarms": int,
    "lastAlarm": Union[str, None],
    "budgeted": bool,
})
PerformanceModelsItemNewestReport = TypedDict("PerformanceModelsItemNewestReport", {
    "model": str,
    "version": int,
    "asOf": str,
    "answer": Literal["holds", "fell", "cannot tell yet"],
    "text": str,
    "alpha": float,
    "confidence": float,
    "loss": str,
    "margin": float,
    "measured": Union[PerformanceModelsItemNewestReportMeasured, None],
    "served": NotRequired[PerformanceModelsItemNewestReportServed],
    "classes": NotRequired[list[PerformanceModelsItemNewestReportClassesItem]],
    "waiting": int,
    "outcomesNext": Union[str, None],
    "estimated": Union[PerformanceModelsItemNewestReportEstimated, None],
    "scored": list[PerformanceModelsItemNewestReportScoredItem],
    "forecast": Union[PerformanceModelsItemNewestReportForecast, None],
    "streams": list[PerformanceModelsItemNewestReportStreamsItem],
})
PerformanceModelsItemNewest = TypedDict("PerformanceModelsItemNewest", {
    "id": str,
    "at": str,
    "codeVersion": str,
    "report": PerformanceModelsItemNewestReport,
})
PerformanceModelsItemEarlierItem = TypedDict("PerformanceModelsItemEarlierItem", {
    "id": str,
    "asOf": str,
    "answer": str,
    "text": str,
})
PerformanceModelsItem = TypedDict("PerformanceModelsItem", {
    "newest": Union[PerformanceModelsItemNewest, None],
    "waiting": Union[str, None],
    "earlier": list[PerformanceModelsItemEarlierItem],
    "model": str,
})
Performance = TypedDict("Performance", {
    "asOf": str,
    "budget": PerformanceBudget,
    "models": list[PerformanceModelsItem],
})
TrendsLooksItem = TypedDict("TrendsLooksItem", {
    "asOf": str,
    "version": int,
    "value": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "estimated": bool,
})
TrendsCyclesItemImprovement = TypedDict("TrendsCyclesItemImprovement", {
    "relative": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "loss": str,
    "against": Literal["champion", "baseline"],
})
TrendsCyclesItem = TypedDict("TrendsCyclesItem", {
    "cycle": str,
    "number": int,
    "asOf": str,
    "trigger": str,
    "outcome": str,
    "value": Union[float, None],
    "validationRows": int,
    "improvement": Union[TrendsCyclesItemImprovement, None],
    "seconds": dict[str, float],
    "secondsTotal": float,
    "rows": Union[int, None],
})
TrendsFrequency = TypedDict("TrendsFrequency", {
    "cycles": int,
    "deployed": int,
    "days": float,
    "daysBetween": Union[float, None],
    "daysBetweenDeployments": Union[float, None],
})
TrendsDetectionsItem = TypedDict("TrendsDetectionsItem", {
    "check": str,
    "answer": str,
    "cause": Literal["quality", "drift", "performance"],
    "since": str,
    "answered": str,
    "hours": float,
})
Trends = TypedDict("Trends", {
    "model": str,
    "metric": Union[str, None],
    "looks": list[TrendsLooksItem],
    "cycles": list[TrendsCyclesItem],
    "frequency": TrendsFrequency,
    "detections": list[TrendsDetectionsItem],
})
ImpactEconomics = TypedDict("ImpactEconomics", {
    "stated": bool,
    "missing": list[str],
    "basis": Literal["profit", "captured margin", None],
    "text": str,
})
ImpactCyclesItemReasonsItem = TypedDict("ImpactCyclesItemReasonsItem", {
    "code": str,
    "text": str,
})
ImpactCyclesItemValidationReportDifference = TypedDict("ImpactCyclesItemValidationReportDifference", {
    "mean": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "clusters": int,
    "confidence": float,
})
ImpactCyclesItemValidationReportCutoffsItem = TypedDict("ImpactCyclesItemValidationReportCutoffsItem", {
    "cutoff": str,
    "population": int,
})
ImpactCyclesItemValidationReportGroupsItemDifference = TypedDict("ImpactCyclesItemValidationReportGroupsItemDifference", {
    "mean": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "clusters": int,
    "confidence": float,
})
ImpactCyclesItemValidationReportGroupsItem = TypedDict("ImpactCyclesItemValidationReportGroupsItem", {
    "group": str,
    "before": float,
    "after": float,
    "difference": ImpactCyclesItemValidationReportGroupsItemDifference,
})
ImpactCyclesItemValidationReport = TypedDict("ImpactCyclesItemValidationReport", {
    "loss": str,
    "before": float,
    "after": float,
    "difference": ImpactCyclesItemValidationReportDifference,
    "cutoffs": list[ImpactCyclesItemValidationReportCutoffsItem],
    "groups": list[ImpactCyclesItemValidationReportGroupsItem],
})
ImpactCyclesItemValidationUplift = TypedDict("ImpactCyclesItemValidationUplift", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "differing": int,
    "confidence": float,
    "verdict": Literal["gains", "loses", "no difference", "cannot tell yet"],
})
ImpactCyclesItemValidationContacted = TypedDict("ImpactCyclesItemValidationContacted", {
    "before": float,
    "after": float,
})
ImpactCyclesItemValidation = TypedDict("ImpactCyclesItemValidation", {
    "report": Union[ImpactCyclesItemValidationReport, None],
    "uplift": Union[ImpactCyclesItemValidationUplift, None],
    "before": Union[float, None],
    "after": Union[float, None],
    "contacted": Union[ImpactCyclesItemValidationContacted, None],
    "thresholds": Literal["time", "shoppers", None],
    "learned": Union[bool, None],
    "population": Union[int, None],
    "text": str,
})
ImpactCyclesItemOutcomesReportDifference = TypedDict("ImpactCyclesItemOutcomesReportDifference", {
    "mean": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "clusters": int,
    "confidence": float,
})
ImpactCyclesItemOutcomesReportCutoffsItem = TypedDict("ImpactCyclesItemOutcomesReportCutoffsItem", {
    "cutoff": str,
    "population": int,
})
ImpactCyclesItemOutcomesReportGroupsItemDifference = TypedDict("ImpactCyclesItemOutcomesReportGroupsItemDifference", {
    "mean": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "clusters": int,
    "confidence": float,
})
ImpactCyclesItemOutcomesReportGroupsItem = TypedDict("ImpactCyclesItemOutcomesReportGroupsItem", {
    "group": str,
    "before": float,
    "after": float,
    "difference": ImpactCyclesItemOutcomesReportGroupsItemDifference,
})
ImpactCyclesItemOutcomesReport = TypedDict("ImpactCyclesItemOutcomesReport", {
    "loss": str,
    "before": float,
    "after": float,
    "difference": ImpactCyclesItemOutcomesReportDifference,
    "cutoffs": list[ImpactCyclesItemOutcomesReportCutoffsItem],
    "groups": list[ImpactCyclesItemOutcomesReportGroupsItem],
})
ImpactCyclesItemOutcomesUplift = TypedDict("ImpactCyclesItemOutcomesUplift", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "differing": int,
    "confidence": float,
    "verdict": Literal["gains", "loses", "no difference", "cannot tell yet"],
})
ImpactCyclesItemOutcomesContacted = TypedDict("ImpactCyclesItemOutcomesContacted", {
    "before": float,
    "after": float,
})
ImpactCyclesItemOutcomes = TypedDict("ImpactCyclesItemOutcomes", {
    "report": Union[ImpactCyclesItemOutcomesReport, None],
    "uplift": Union[ImpactCyclesItemOutcomesUplift, None],
    "before": Union[float, None],
    "after": Union[float, None],
    "contacted": Union[ImpactCyclesItemOutcomesContacted, None],
    "thresholds": Literal["time", "shoppers", None],
    "learned": Union[bool, None],
    "population": Union[int, None],
    "text": str,
})
ImpactCyclesItemMeasuredGain = TypedDict("ImpactCyclesItemMeasuredGain", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "differing": int,
    "confidence": float,
    "verdict": Literal["gains", "loses", "no difference", "cannot tell yet"],
})
ImpactCyclesItemMeasuredNet = TypedDict("ImpactCyclesItemMeasuredNet", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
})
ImpactCyclesItemMeasuredRoi = TypedDict("ImpactCyclesItemMeasuredRoi", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
})
ImpactCyclesItemMeasured = TypedDict("ImpactCyclesItemMeasured", {
    "gain": Union[ImpactCyclesItemMeasuredGain, None],
    "net": Union[ImpactCyclesItemMeasuredNet, None],
    "roi": Union[ImpactCyclesItemMeasuredRoi, None],
})
ImpactCyclesItemEstimatedGain = TypedDict("ImpactCyclesItemEstimatedGain", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "differing": int,
    "confidence": float,
    "verdict": Literal["gains", "loses", "no difference", "cannot tell yet"],
})
ImpactCyclesItemEstimatedNet = TypedDict("ImpactCyclesItemEstimatedNet", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
})
ImpactCyclesItemEstimatedRoi = TypedDict("ImpactCyclesItemEstimatedRoi", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
})
ImpactCyclesItemEstimated = TypedDict("ImpactCyclesItemEstimated", {
    "gain": Union[ImpactCyclesItemEstimatedGain, None],
    "net": Union[ImpactCyclesItemEstimatedNet, None],
    "roi": Union[ImpactCyclesItemEstimatedRoi, None],
})
ImpactCyclesItem = TypedDict("ImpactCyclesItem", {
    "cycle": str,
    "number": int,
    "asOf": str,
    "outcome": str,
    "trigger": str,
    "reasons": list[ImpactCyclesItemReasonsItem],
    "because": str,
    "version": int,
    "against": Union[int, None],
    "validation": ImpactCyclesItemValidation,
    "outcomes": ImpactCyclesItemOutcomes,
    "horizonsServed": float,
    "seconds": float,
    "cost": Union[float, None],
    "measured": ImpactCyclesItemMeasured,
    "estimated": ImpactCyclesItemEstimated,
})
ImpactTotalMeasuredGain = TypedDict("ImpactTotalMeasuredGain", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "differing": int,
    "confidence": float,
    "verdict": Literal["gains", "loses", "no difference", "cannot tell yet"],
})
ImpactTotalMeasuredNet = TypedDict("ImpactTotalMeasuredNet", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
})
ImpactTotalMeasuredRoi = TypedDict("ImpactTotalMeasuredRoi", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
})
ImpactTotalMeasured = TypedDict("ImpactTotalMeasured", {
    "gain": Union[ImpactTotalMeasuredGain, None],
    "net": Union[ImpactTotalMeasuredNet, None],
    "roi": Union[ImpactTotalMeasuredRoi, None],
})
ImpactTotalEstimatedGain = TypedDict("ImpactTotalEstimatedGain", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "differing": int,
    "confidence": float,
    "verdict": Literal["gains", "loses", "no difference", "cannot tell yet"],
})
ImpactTotalEstimatedNet = TypedDict("ImpactTotalEstimatedNet", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
})
ImpactTotalEstimatedRoi = TypedDict("ImpactTotalEstimatedRoi", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
})
ImpactTotalEstimated = TypedDict("ImpactTotalEstimated", {
    "gain": Union[ImpactTotalEstimatedGain, None],
    "net": Union[ImpactTotalEstimatedNet, None],
    "roi": Union[ImpactTotalEstimatedRoi, None],
})
ImpactTotal = TypedDict("ImpactTotal", {
    "deployments": int,
    "measured": ImpactTotalMeasured,
    "estimated": ImpactTotalEstimated,
    "cycles": int,
    "seconds": float,
    "cost": Union[float, None],
})
ImpactByReasonItemEstimated = TypedDict("ImpactByReasonItemEstimated", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "differing": int,
    "confidence": float,
    "verdict": Literal["gains", "loses", "no difference", "cannot tell yet"],
})
ImpactByReasonItem = TypedDict("ImpactByReasonItem", {
    "reason": str,
    "deployments": int,
    "estimated": Union[ImpactByReasonItemEstimated, None],
})
ImpactCurvePointsItemUplift = TypedDict("ImpactCurvePointsItemUplift", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "differing": int,
    "confidence": float,
    "verdict": Literal["gains", "loses", "no difference", "cannot tell yet"],
})
ImpactCurvePointsItem = TypedDict("ImpactCurvePointsItem", {
    "share": float,
    "contacts": float,
    "threshold": Union[float, None],
    "before": float,
    "after": float,
    "uplift": ImpactCurvePointsItemUplift,
    "affordable": bool,
})
ImpactCurve = TypedDict("ImpactCurve", {
    "cycle": str,
    "stage": str,
    "points": list[ImpactCurvePointsItem],
})
ImpactForecastsItem = TypedDict("ImpactForecastsItem", {
    "asOf": str,
    "cutoff": str,
    "made": str,
    "instead": str,
    "mean": float,
    "low": float,
    "high": float,
    "came": float,
    "isWithin": bool,
})
Impact = TypedDict("Impact", {
    "model": str,
    "asOf": str,
    "currency": str,
    "economics": ImpactEconomics,
    "cycles": list[ImpactCyclesItem],
    "total": ImpactTotal,
    "byReason": list[ImpactByReasonItem],
    "curve": Union[ImpactCurve, None],
    "forecasts": NotRequired[list[ImpactForecastsItem]],
    "widened": NotRequired[float],
    "assumptions": list[str],
})
ModelsModelsItem = TypedDict("ModelsModelsItem", {
    "model": str,
    "kind": Literal["classification", "classes", "regression"],
    "question": str,
    "unit": str,
    "primaryMetric": str,
    "loss": str,
    "network": str,
    "candidates": list[str],
    "serving": Union[int, None],
    "newest": Union[int, None],
})
ModelsRetiredItem = TypedDict("ModelsRetiredItem", {
    "model": str,
    "at": str,
    "by": str,
    "why": str,
})
Models = TypedDict("Models", {
    "models": list[ModelsModelsItem],
    "retired": NotRequired[list[ModelsRetiredItem]],
    "withoutFile": NotRequired[list[str]],
})
VersionsVersionsItemManifestCompetitionItem = TypedDict("VersionsVersionsItemManifestCompetitionItem", {
    "candidate": str,
    "loss": float,
    "rows": int,
})
VersionsVersionsItemManifestCurveItemPointsItem = TypedDict("VersionsVersionsItemManifestCurveItemPointsItem", {
    "epoch": int,
    "loss": Union[float, None],
    "validationLoss": Union[float, None],
})
VersionsVersionsItemManifestCurveItem = TypedDict("VersionsVersionsItemManifestCurveItem", {
    "candidate": str,
    "points": list[VersionsVersionsItemManifestCurveItemPointsItem],
})
VersionsVersionsItemManifestTested = TypedDict("VersionsVersionsItemManifestTested", {
    "sha256": str,
    "rows": int,
    "sampled": NotRequired[int],
    "cutoffs": list[str],
    "labelledThrough": str,
})
VersionsVersionsItemManifestServed = TypedDict("VersionsVersionsItemManifestServed", {
    "rows": int,
    "sampled": NotRequired[int],
    "cutoffs": list[str],
    "labelledThrough": str,
    "refitted": bool,
})
VersionsVersionsItemManifestRecalibrated = TypedDict("VersionsVersionsItemManifestRecalibrated", {
    "of": int,
    "learnedThrough": str,
    "rows": int,
    "intercept": float,
    "slope": float,
})
VersionsVersionsItemManifestFederatedPrivacy = TypedDict("VersionsVersionsItemManifestFederatedPrivacy", {
    "unit": Literal["shopper"],
    "sampling": float,
    "noise": float,
    "clip": float,
    "delta": float,
    "epsilon": float,
    "epsilonInAll": Union[float, None],
})
VersionsVersionsItemManifestFederated = TypedDict("VersionsVersionsItemManifestFederated", {
    "run": str,
    "rounds": int,
    "participants": list[str],
    "dropOuts": int,
    "privacy": Union[VersionsVersionsItemManifestFederatedPrivacy, None],
})
VersionsVersionsItemManifestDistributed = TypedDict("VersionsVersionsItemManifestDistributed", {
    "shards": int,
    "rounds": int,
    "why": str,
})
VersionsVersionsItemManifest = TypedDict("VersionsVersionsItemManifest", {
    "model": str,
    "cycleId": str,
    "parent": Union[int, None],
    "asOf": str,
    "snapshotId": str,
    "snapshotHash": str,
    "featureHash": str,
    "codeVersion": str,
    "seed": int,
    "candidate": str,
    "recipe": NotRequired[Any],
    "competition": list[VersionsVersionsItemManifestCompetitionItem],
    "curve": list[VersionsVersionsItemManifestCurveItem],
    "tested": VersionsVersionsItemManifestTested,
    "served": VersionsVersionsItemManifestServed,
    "recalibrated": NotRequired[VersionsVersionsItemManifestRecalibrated],
    "federated": NotRequired[VersionsVersionsItemManifestFederated],
    "distributed": NotRequired[VersionsVersionsItemManifestDistributed],
    "targetCap": Union[float, None],
    "unit": NotRequired[str],
    "baseline": float,
    "classes": NotRequired[list[str]],
    "shares": NotRequired[list[float]],
    "metrics": dict[str, Union[float, None]],
})
VersionsVersionsItem = TypedDict("VersionsVersionsItem", {
    "model": str,
    "version": int,
    "cycleId": str,
    "state": Literal["candidate", "deployed", "rejected", "reference"],
    "artefactSha256": str,
    "manifest": VersionsVersionsItemManifest,
    "damagedAt": Union[str, None],
    "artefactRemovedAt": Union[str, None],
    "createdAt": str,
    "damaged": NotRequired[str],
})
VersionsNotesItem = TypedDict("VersionsNotesItem", {
    "model": str,
    "version": int,
    "note": str,
    "tags": list[str],
    "by": str,
    "at": str,
})
Versions = TypedDict("Versions", {
    "model": str,
    "serving": Union[int, None],
    "versions": list[VersionsVersionsItem],
    "notes": NotRequired[list[VersionsNotesItem]],
})
ServingHistoryItem = TypedDict("ServingHistoryItem", {
    "model": str,
    "version": int,
    "previous": Union[int, None],
    "kind": Literal["deploy", "roll back", "promote", "share"],
    "share": float,
    "rollout": Union[str, None],
    "key": str,
    "by": str,
    "why": str,
    "asOf": str,
    "at": str,
    "until": Union[str, None],
})
Serving = TypedDict("Serving", {
    "model": str,
    "version": Union[int, None],
    "history": list[ServingHistoryItem],
})
FeaturesFeaturesItem = TypedDict("FeaturesFeaturesItem", {
    "name": str,
    "means": str,
})
Features = TypedDict("Features", {
    "model": str,
    "hash": str,
    "features": list[FeaturesFeaturesItem],
})
ServingMove = TypedDict("ServingMove", {
    "model": str,
    "version": int,
    "previous": Union[int, None],
    "kind": Literal["deploy", "roll back", "promote", "share"],
    "share": float,
    "rollout": Union[str, None],
    "key": str,
    "by": str,
    "why": str,
    "asOf": str,
    "at": str,
})
VersionNote = TypedDict("VersionNote", {
    "model": str,
    "version": int,
    "note": str,
    "tags": list[str],
    "by": str,
    "at": str,
})
Retirement = TypedDict("Retirement", {
    "model": str,
    "retired": bool,
    "told": bool,
    "hasFile": bool,
})
BroughtModelsBroughtItemInputsItem = TypedDict("BroughtModelsBroughtItemInputsItem", {
    "feature": str,
    "shift": float,
    "scale": float,
})
BroughtModelsBroughtItem = TypedDict("BroughtModelsBroughtItem", {
    "inputs": list[BroughtModelsBroughtItemInputsItem],
    "missing": float,
    "trainedUntil": str,
    "model": str,
    "name": str,
    "fileSha256": str,
    "by": str,
    "why": str,
    "at": str,
    "challengedBy": Union[str, None],
})
BroughtModels = TypedDict("BroughtModels", {
    "model": str,
    "brought": list[BroughtModelsBroughtItem],
})
BringInputsItem = TypedDict("BringInputsItem", {
    "feature": str,
    "shift": NotRequired[float],
    "scale": NotRequired[float],
})
BroughtModelInputsItem = TypedDict("BroughtModelInputsItem", {
    "feature": str,
    "shift": float,
    "scale": float,
})
BroughtModel = TypedDict("BroughtModel", {
    "inputs": list[BroughtModelInputsItem],
    "missing": float,
    "trainedUntil": str,
    "model": str,
    "name": str,
    "fileSha256": str,
    "by": str,
    "why": str,
    "at": str,
    "challengedBy": Union[str, None],
})
Withdrawal = TypedDict("Withdrawal", {
    "model": str,
    "name": str,
})
RolloutsRolloutsItemPlanAb = TypedDict("RolloutsRolloutsItemPlanAb", {
    "share": float,
    "power": float,
    "effect": float,
    "perArm": Union[int, None],
})
RolloutsRolloutsItemPlanBandit = TypedDict("RolloutsRolloutsItemPlanBandit", {
    "floor": float,
    "reward": Literal["outcome", "purchase", "spend"],
    "rewardDays": float,
    "certainty": float,
})
RolloutsRolloutsItemPlanGuardrails = TypedDict("RolloutsRolloutsItemPlanGuardrails", {
    "errors": float,
    "fallbacks": float,
    "latencyMs": float,
    "divergence": float,
})
RolloutsRolloutsItemPlan = TypedDict("RolloutsRolloutsItemPlan", {
    "strategy": Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str],
    "champion": int,
    "challengers": list[int],
    "shares": list[float],
    "stepHours": float,
    "stepShoppers": int,
    "daysMax": float,
    "undecided": Literal["promote", "hold"],
    "mayPromote": NotRequired[bool],
    "proof": Literal["outcomes", "guardrails"],
    "errorRate": float,
    "margin": float,
    "ab": RolloutsRolloutsItemPlanAb,
    "bandit": RolloutsRolloutsItemPlanBandit,
    "guardrails": RolloutsRolloutsItemPlanGuardrails,
    "segmentMargin": float,
    "seed": int,
})
RolloutsRolloutsItemSharesItem = TypedDict("RolloutsRolloutsItemSharesItem", {
    "version": int,
    "share": float,
})
RolloutsRolloutsItemPaused = TypedDict("RolloutsRolloutsItemPaused", {
    "at": str,
    "asOf": str,
    "until": str,
    "by": str,
    "why": str,
})
RolloutsRolloutsItem = TypedDict("RolloutsRolloutsItem", {
    "id": str,
    "model": str,
    "cycleId": str,
    "champion": int,
    "challengers": list[int],
    "plan": RolloutsRolloutsItemPlan,
    "state": Literal["running", "promoted", "rolled back", "held", "superseded"],
    "step": int,
    "shares": list[RolloutsRolloutsItemSharesItem],
    "asOf": str,
    "stepAsOf": str,
    "stepAt": str,
    "replayed": bool,
    "beganBy": str,
    "why": str,
    "startedAt": str,
    "endedAt": Union[str, None],
    "endedWhy": Union[str, None],
    "paused": NotRequired[Union[RolloutsRolloutsItemPaused, None]],
    "pausedDays": NotRequired[float],
})
Rollouts = TypedDict("Rollouts", {
    "rollouts": list[RolloutsRolloutsItem],
})
RolloutPlanPlanAb = TypedDict("RolloutPlanPlanAb", {
    "share": float,
    "power": float,
    "effect": float,
    "perArm": Union[int, None],
})
RolloutPlanPlanBandit = TypedDict("RolloutPlanPlanBandit", {
    "floor": float,
    "reward": Literal["outcome", "purchase", "spend"],
    "rewardDays": float,
    "certainty": float,
})
RolloutPlanPlanGuardrails = TypedDict("RolloutPlanPlanGuardrails", {
    "errors": float,
    "fallbacks": float,
    "latencyMs": float,
    "divergence": float,
})
RolloutPlanPlan = TypedDict("RolloutPlanPlan", {
    "strategy": Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str],
    "champion": int,
    "challengers": list[int],
    "shares": list[float],
    "stepHours": float,
    "stepShoppers": int,
    "daysMax": float,
    "undecided": Literal["promote", "hold"],
    "mayPromote": NotRequired[bool],
    "proof": Literal["outcomes", "guardrails"],
    "errorRate": float,
    "margin": float,
    "ab": RolloutPlanPlanAb,
    "bandit": RolloutPlanPlanBandit,
    "guardrails": RolloutPlanPlanGuardrails,
    "segmentMargin": float,
    "seed": int,
})
RolloutPlan = TypedDict("RolloutPlan", {
    "model": str,
    "plan": RolloutPlanPlan,
})
RolloutBegun = TypedDict("RolloutBegun", {
    "accepted": Literal[True],
    "requestId": str,
    "rollout": str,
    "rolloutUrl": str,
})
RolloutChangedPlanAb = TypedDict("RolloutChangedPlanAb", {
    "share": float,
    "power": float,
    "effect": float,
    "perArm": Union[int, None],
})
RolloutChangedPlanBandit = TypedDict("RolloutChangedPlanBandit", {
    "floor": float,
    "reward": Literal["outcome", "purchase", "spend"],
    "rewardDays": float,
    "certainty": float,
})
RolloutChangedPlanGuardrails = TypedDict("RolloutChangedPlanGuardrails", {
    "errors": float,
    "fallbacks": float,
    "latencyMs": float,
    "divergence": float,
})
RolloutChangedPlan = TypedDict("RolloutChangedPlan", {
    "strategy": Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str],
    "champion": int,
    "challengers": list[int],
    "shares": list[float],
    "stepHours": float,
    "stepShoppers": int,
    "daysMax": float,
    "undecided": Literal["promote", "hold"],
    "mayPromote": NotRequired[bool],
    "proof": Literal["outcomes", "guardrails"],
    "errorRate": float,
    "margin": float,
    "ab": RolloutChangedPlanAb,
    "bandit": RolloutChangedPlanBandit,
    "guardrails": RolloutChangedPlanGuardrails,
    "segmentMargin": float,
    "seed": int,
})
RolloutChangedSharesItem = TypedDict("RolloutChangedSharesItem", {
    "version": int,
    "share": float,
})
RolloutChangedPaused = TypedDict("RolloutChangedPaused", {
    "at": str,
    "asOf": str,
    "until": str,
    "by": str,
    "why": str,
})
RolloutChanged = TypedDict("RolloutChanged", {
    "id": str,
    "model": str,
    "cycleId": str,
    "champion": int,
    "challengers": list[int],
    "plan": RolloutChangedPlan,
    "state": Literal["running", "promoted", "rolled back", "held", "superseded"],
    "step": int,
    "shares": list[RolloutChangedSharesItem],
    "asOf": str,
    "stepAsOf": str,
    "stepAt": str,
    "replayed": bool,
    "beganBy": str,
    "why": str,
    "startedAt": str,
    "endedAt": Union[str, None],
    "endedWhy": Union[str, None],
    "paused": NotRequired[Union[RolloutChangedPaused, None]],
    "pausedDays": NotRequired[float],
})
RolloutPlan_Ab = TypedDict("RolloutPlan_Ab", {
    "share": float,
    "power": float,
    "effect": float,
    "perArm": Union[int, None],
})
RolloutPlan_Bandit = TypedDict("RolloutPlan_Bandit", {
    "floor": float,
    "reward": Literal["outcome", "purchase", "spend"],
    "rewardDays": float,
    "certainty": float,
})
RolloutPlan_Guardrails = TypedDict("RolloutPlan_Guardrails", {
    "errors": float,
    "fallbacks": float,
    "latencyMs": float,
    "divergence": float,
})
RolloutPlan_ = TypedDict("RolloutPlan_", {
    "strategy": Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str],
    "champion": int,
    "challengers": list[int],
    "shares": list[float],
    "stepHours": float,
    "stepShoppers": int,
    "daysMax": float,
    "undecided": Literal["promote", "hold"],
    "mayPromote": NotRequired[bool],
    "proof": Literal["outcomes", "guardrails"],
    "errorRate": float,
    "margin": float,
    "ab": RolloutPlan_Ab,
    "bandit": RolloutPlan_Bandit,
    "guardrails": RolloutPlan_Guardrails,
    "segmentMargin": float,
    "seed": int,
})
RolloutSharesItem = TypedDict("RolloutSharesItem", {
    "version": int,
    "share": float,
})
RolloutPaused = TypedDict("RolloutPaused", {
    "at": str,
    "asOf": str,
    "until": str,
    "by": str,
    "why": str,
})
RolloutLooksItemSharesItem = TypedDict("RolloutLooksItemSharesItem", {
    "version": int,
    "share": float,
})
RolloutLooksItemEvidenceArmsItemLoss = TypedDict("RolloutLooksItemEvidenceArmsItemLoss", {
    "n": int,
    "mean": float,
    "variance": float,
})
RolloutLooksItemEvidenceArmsItemReward = TypedDict("RolloutLooksItemEvidenceArmsItemReward", {
    "n": int,
    "mean": float,
    "variance": float,
})
RolloutLooksItemEvidenceArmsItem = TypedDict("RolloutLooksItemEvidenceArmsItem", {
    "version": int,
    "shoppers": int,
    "answers": int,
    "errors": int,
    "fallbacks": int,
    "slow": int,
    "timed": int,
    "loss": RolloutLooksItemEvidenceArmsItemLoss,
    "reward": Union[RolloutLooksItemEvidenceArmsItemReward, None],
})
RolloutLooksItemEvidencePairsItemDifference = TypedDict("RolloutLooksItemEvidencePairsItemDifference", {
    "n": int,
    "mean": float,
    "variance": float,
})
RolloutLooksItemEvidencePairsItemDivergence = TypedDict("RolloutLooksItemEvidencePairsItemDivergence", {
    "n": int,
    "rms": float,
    "spread": float,
})
RolloutLooksItemEvidencePairsItemSegmentsItemDifference = TypedDict("RolloutLooksItemEvidencePairsItemSegmentsItemDifference", {
    "n": int,
    "mean": float,
    "variance": float,
})
RolloutLooksItemEvidencePairsItemSegmentsItem = TypedDict("RolloutLooksItemEvidencePairsItemSegmentsItem", {
    "segment": str,
    "difference": RolloutLooksItemEvidencePairsItemSegmentsItemDifference,
    "championLoss": float,
})
RolloutLooksItemEvidencePairsItem = TypedDict("RolloutLooksItemEvidencePairsItem", {
    "version": int,
    "difference": RolloutLooksItemEvidencePairsItemDifference,
    "divergence": RolloutLooksItemEvidencePairsItemDivergence,
    "segments": list[RolloutLooksItemEvidencePairsItemSegmentsItem],
})
RolloutLooksItemEvidence = TypedDict("RolloutLooksItemEvidence", {
    "asOf": str,
    "days": float,
    "stepHours": float,
    "paused": NotRequired[Literal[True]],
    "arms": list[RolloutLooksItemEvidenceArmsItem],
    "pairs": list[RolloutLooksItemEvidencePairsItem],
})
RolloutLooksItemDecision1SharesItem = TypedDict("RolloutLooksItemDecision1SharesItem", {
    "version": int,
    "share": float,
})
RolloutLooksItemDecision1 = TypedDict("RolloutLooksItemDecision1", {
    "kind": Literal["go on"],
    "step": int,
    "shares": list[RolloutLooksItemDecision1SharesItem],
    "text": str,
})
RolloutLooksItemDecision2 = TypedDict("RolloutLooksItemDecision2", {
    "kind": Literal["promote"],
    "version": int,
    "text": str,
})
RolloutLooksItemDecision3 = TypedDict("RolloutLooksItemDecision3", {
    "kind": Literal["roll back"],
    "because": Literal["guardrail", "harm", "segment"],
    "text": str,
})
RolloutLooksItemDecision4 = TypedDict("RolloutLooksItemDecision4", {
    "kind": Literal["keep collecting"],
    "have": int,
    "need": Union[int, None],
    "text": str,
})
RolloutLooksItemDecision5 = TypedDict("RolloutLooksItemDecision5", {
    "kind": Literal["paused"],
    "text": str,
})
RolloutLooksItemDecision6 = TypedDict("RolloutLooksItemDecision6", {
    "kind": Literal["hold"],
    "text": str,
})
RolloutLooksItem = TypedDict("RolloutLooksItem", {
    "rollout": str,
    "number": int,
    "asOf": str,
    "step": int,
    "shares": list[RolloutLooksItemSharesItem],
    "evidence": RolloutLooksItemEvidence,
    "decision": Union[RolloutLooksItemDecision1, RolloutLooksItemDecision2, RolloutLooksItemDecision3, RolloutLooksItemDecision4, RolloutLooksItemDecision5, RolloutLooksItemDecision6],
    "codeVersion": str,
    "at": str,
    "same": bool,
})
Rollout = TypedDict("Rollout", {
    "id": str,
    "model": str,
    "cycleId": str,
    "champion": int,
    "challengers": list[int],
    "plan": RolloutPlan_,
    "state": Literal["running", "promoted", "rolled back", "held", "superseded"],
    "step": int,
    "shares": list[RolloutSharesItem],
    "asOf": str,
    "stepAsOf": str,
    "stepAt": str,
    "replayed": bool,
    "beganBy": str,
    "why": str,
    "startedAt": str,
    "endedAt": Union[str, None],
    "endedWhy": Union[str, None],
    "paused": NotRequired[Union[RolloutPaused, None]],
    "pausedDays": NotRequired[float],
    "looks": list[RolloutLooksItem],
})
RolloutLooked = TypedDict("RolloutLooked", {
    "ended": bool,
    "text": str,
})
FederatedTrainingsRunsItemPlanPrivacy = TypedDict("FederatedTrainingsRunsItemPlanPrivacy", {
    "sampling": NotRequired[float],
    "noise": NotRequired[float],
    "clip": NotRequired[float],
    "delta": NotRequired[float],
})
FederatedTrainingsRunsItemPlan = TypedDict("FederatedTrainingsRunsItemPlan", {
    "rounds": NotRequired[int],
    "hidden": NotRequired[list[int]],
    "localEpochs": NotRequired[int],
    "batchSize": NotRequired[int],
    "learningRate": NotRequired[float],
    "weightDecay": NotRequired[float],
    "leastShoppers": NotRequired[int],
    "leastParticipants": NotRequired[int],
    "deadlineSeconds": NotRequired[int],
    "privacy": NotRequired[Union[FederatedTrainingsRunsItemPlanPrivacy, None]],
})
FederatedTrainingsRunsItemRoundsItem = TypedDict("FederatedTrainingsRunsItemRoundsItem", {
    "round": int,
    "attempt": int,
    "members": int,
    "summed": int,
    "loss": Union[float, None],
    "epsilon": Union[float, None],
    "closedAt": Union[str, None],
})
FederatedTrainingsRunsItem = TypedDict("FederatedTrainingsRunsItem", {
    "id": str,
    "model": str,
    "plan": FederatedTrainingsRunsItemPlan,
    "state": Literal["waiting", "running", "done", "failed", "withdrawn"],
    "cycleId": Union[str, None],
    "participants": Union[list[str], None],
    "requestedBy": str,
    "why": str,
    "error": Union[str, None],
    "createdAt": str,
    "endedAt": Union[str, None],
    "rounds": list[FederatedTrainingsRunsItemRoundsItem],
})
FederatedTrainings = TypedDict("FederatedTrainings", {
    "runs": list[FederatedTrainingsRunsItem],
})
StartFederatedPlanPrivacy = TypedDict("StartFederatedPlanPrivacy", {
    "sampling": NotRequired[float],
    "noise": NotRequired[float],
    "clip": NotRequired[float],
    "delta": NotRequired[float],
})
StartFederatedPlan = TypedDict("StartFederatedPlan", {
    "rounds": NotRequired[int],
    "hidden": NotRequired[list[int]],
    "localEpochs": NotRequired[int],
    "batchSize": NotRequired[int],
    "learningRate": NotRequired[float],
    "weightDecay": NotRequired[float],
    "leastShoppers": NotRequired[int],
    "leastParticipants": NotRequired[int],
    "deadlineSeconds": NotRequired[int],
    "privacy": NotRequired[Union[StartFederatedPlanPrivacy, None]],
})
FederatedBegun = TypedDict("FederatedBegun", {
    "run": str,
    "model": str,
    "told": bool,
})
FederatedWithdrawn = TypedDict("FederatedWithdrawn", {
    "run": str,
    "model": str,
})
BacktestsBacktestsItemPoliciesItem = TypedDict("BacktestsBacktestsItemPoliciesItem", {
    "policy": Union[Literal["never", "every", "calendar", "performance", "drift", "perennial", "worth", "cara", "upf", "cusum", "oracle"], str],
    "days": NotRequired[int],
    "validate": NotRequired[bool],
    "config": NotRequired[dict[str, Any]],
    "label": str,
    "live": NotRequired[bool],
})
BacktestsBacktestsItem = TypedDict("BacktestsBacktestsItem", {
    "id": str,
    "models": list[str],
    "policies": list[BacktestsBacktestsItemPoliciesItem],
    "from": str,
    "to": str,
    "stepDays": float,
    "moments": int,
    "state": Literal["running", "finished", "failed", "cancelled", "lost"],
    "text": Union[str, None],
    "done": int,
    "steps": int,
    "by": str,
    "why": str,
    "createdAt": str,
    "endedAt": Union[str, None],
})
Backtests = TypedDict("Backtests", {
    "backtests": list[BacktestsBacktestsItem],
})
StartBacktestPoliciesItem = TypedDict("StartBacktestPoliciesItem", {
    "policy": Union[Literal["never", "every", "calendar", "performance", "drift", "perennial", "worth", "cara", "upf", "cusum", "oracle"], str],
    "days": NotRequired[int],
    "validate": NotRequired[bool],
    "config": NotRequired[dict[str, Any]],
})
BacktestBegun = TypedDict("BacktestBegun", {
    "accepted": Literal[True],
    "backtest": str,
    "backtestUrl": str,
})
BacktestPoliciesItem = TypedDict("BacktestPoliciesItem", {
    "policy": Union[Literal["never", "every", "calendar", "performance", "drift", "perennial", "worth", "cara", "upf", "cusum", "oracle"], str],
    "days": NotRequired[int],
    "validate": NotRequired[bool],
    "config": NotRequired[dict[str, Any]],
    "label": str,
    "live": NotRequired[bool],
})
BacktestEndsItem = TypedDict("BacktestEndsItem", {
    "policy": str,
    "state": Literal["finished", "failed", "cancelled", "lost"],
    "text": str,
    "at": str,
})
BacktestResultsItemPoliciesItemToNeverValue = TypedDict("BacktestResultsItemPoliciesItemToNeverValue", {
    "mean": float,
    "error": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "betterAt": int,
    "verdict": Literal["better", "worse", "the same", "cannot tell yet"],
})
BacktestResultsItemPoliciesItemToPerennialValue = TypedDict("BacktestResultsItemPoliciesItemToPerennialValue", {
    "mean": float,
    "error": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "betterAt": int,
    "verdict": Literal["better", "worse", "the same", "cannot tell yet"],
})
BacktestResultsItemPoliciesItemGain = TypedDict("BacktestResultsItemPoliciesItemGain", {
    "amount": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "rows": int,
    "shoppers": int,
    "differing": int,
    "confidence": float,
    "verdict": Literal["gains", "loses", "no difference", "cannot tell yet"],
})
BacktestResultsItemPoliciesItemSeriesItem = TypedDict("BacktestResultsItemPoliciesItemSeriesItem", {
    "policy": str,
    "model": str,
    "asOf": str,
    "run": Literal["nothing", "cycle", "train"],
    "why": str,
    "outcome": Union[str, None],
    "trained": bool,
    "version": Union[int, None],
    "rows": int,
    "metrics": Union[dict[str, Union[float, None]], None],
})
BacktestResultsItemPoliciesItem = TypedDict("BacktestResultsItemPoliciesItem", {
    "policy": str,
    "moments": int,
    "predictions": int,
    "means": dict[str, Union[float, None]],
    "toNever": Union[dict[str, BacktestResultsItemPoliciesItemToNeverValue], None],
    "toPerennial": Union[dict[str, BacktestResultsItemPoliciesItemToPerennialValue], None],
    "trainings": int,
    "recalibrations": NotRequired[int],
    "deployments": int,
    "rolledBack": int,
    "rejected": int,
    "inconclusive": int,
    "failed": int,
    "trainingSeconds": float,
    "cost": Union[float, None],
    "gain": Union[BacktestResultsItemPoliciesItemGain, None],
    "series": list[BacktestResultsItemPoliciesItemSeriesItem],
})
BacktestResultsItemCalendarItemDifference = TypedDict("BacktestResultsItemCalendarItemDifference", {
    "mean": float,
    "error": float,
    "low": Union[float, None],
    "high": Union[float, None],
    "n": int,
    "betterAt": int,
    "verdict": Literal["better", "worse", "the same", "cannot tell yet"],
})
BacktestResultsItemCalendarItem = TypedDict("BacktestResultsItemCalendarItem", {
    "policy": str,
    "calendar": str,
    "days": int,
    "difference": BacktestResultsItemCalendarItemDifference,
    "text": str,
})
BacktestResultsItem = TypedDict("BacktestResultsItem", {
    "model": str,
    "kind": Literal["classification", "classes", "regression"],
    "metric": str,
    "loss": str,
    "first": Union[str, None],
    "last": Union[str, None],
    "currency": str,
    "missing": list[str],
    "policies": list[BacktestResultsItemPoliciesItem],
    "calendar": NotRequired[list[BacktestResultsItemCalendarItem]],
})
Backtest = TypedDict("Backtest", {
    "id": str,
    "models": list[str],
    "policies": list[BacktestPoliciesItem],
    "from": str,
    "to": str,
    "stepDays": float,
    "moments": int,
    "state": Literal["running", "finished", "failed", "cancelled", "lost"],
    "text": Union[str, None],
    "done": int,
    "steps": int,
    "by": str,
    "why": str,
    "createdAt": str,
    "endedAt": Union[str, None],
    "ends": list[BacktestEndsItem],
    "results": list[BacktestResultsItem],
    "notes": list[str],
})
ApprovalsApprovalsItem = TypedDict("ApprovalsApprovalsItem", {
    "cycleId": str,
    "model": str,
    "version": int,
    "text": str,
    "askedAt": str,
    "expiresAt": str,
    "reminders": int,
    "decision": Literal["approved", "rejected", "expired", None],
    "decidedBy": Union[str, None],
    "decidedWhy": Union[str, None],
    "decidedAt": Union[str, None],
})
Approvals = TypedDict("Approvals", {
    "approvals": list[ApprovalsApprovalsItem],
})
Approval = TypedDict("Approval", {
    "cycleId": str,
    "model": str,
    "version": int,
    "text": str,
    "askedAt": str,
    "expiresAt": str,
    "reminders": int,
    "decision": Literal["approved", "rejected", "expired", None],
    "decidedBy": Union[str, None],
    "decidedWhy": Union[str, None],
    "decidedAt": Union[str, None],
})
PredictRow = TypedDict("PredictRow", {
    "user": NotRequired[Union[str, float]],
    "features": Union[dict[str, Union[float, None]], list[Union[float, None]]],
})
PredictRowsItem = TypedDict("PredictRowsItem", {
    "user": NotRequired[Union[str, float, None]],
    "features": Union[dict[str, Union[float, None]], list[Union[float, None]]],
})
PredictionsPredictionsItem = TypedDict("PredictionsPredictionsItem", {
    "user": Union[str, None],
    "prediction": Union[float, None],
    "class": NotRequired[str],
    "probabilities": NotRequired[dict[str, float]],
    "version": NotRequired[Union[int, None]],
    "arm": NotRequired[Literal["champion", "challenger", "known good", "baseline"]],
    "fallback": NotRequired[bool],
    "reason": NotRequired[str],
})
Predictions = TypedDict("Predictions", {
    "model": str,
    "version": Union[int, None],
    "unit": NotRequired[str],
    "fallback": bool,
    "asOf": str,
    "predictions": list[PredictionsPredictionsItem],
})
ShopEvent = TypedDict("ShopEvent", {
    "id": NotRequired[Union[str, float, None]],
    "type": str,
    "user": NotRequired[Union[str, float, None]],
    "session": NotRequired[Union[str, float, None]],
    "consent": NotRequired[Union[bool, str, float, None]],
    "product": NotRequired[Union[str, float, None]],
    "category": NotRequired[Union[str, float, None]],
    "country": NotRequired[Union[str, float, None]],
    "price": NotRequired[Union[float, None]],
    "quantity": NotRequired[Union[float, None]],
    "amount": NotRequired[Union[float, None]],
    "currency": NotRequired[Union[str, float, None]],
    "fields": NotRequired[Union[dict[str, float], None]],
    "time": Union[str, float],
})
IngestAnswerResultsItem = TypedDict("IngestAnswerResultsItem", {
    "index": int,
    "id": Union[str, None],
    "status": Literal["accepted", "duplicate", "quarantined"],
    "reason": NotRequired[str],
    "field": NotRequired[Union[str, None]],
    "value": NotRequired[str],
})
IngestAnswer = TypedDict("IngestAnswer", {
    "accepted": int,
    "duplicates": int,
    "quarantined": int,
    "conflicts": int,
    "results": list[IngestAnswerResultsItem],
})
QuarantineReasonsItem = TypedDict("QuarantineReasonsItem", {
    "reason": str,
    "events": int,
    "first": Union[str, None],
    "last": Union[str, None],
    "triedAt": Union[str, None],
    "replayed": int,
})
QuarantineEventsItem = TypedDict("QuarantineEventsItem", {
    "id": int,
    "eventId": Union[str, None],
    "reason": str,
    "field": Union[str, None],
    "body": dict[str, Any],
    "source": str,
    "receivedAt": str,
    "firstReason": Union[str, None],
    "triedAt": Union[str, None],
})
Quarantine = TypedDict("Quarantine", {
    "reasons": list[QuarantineReasonsItem],
    "events": list[QuarantineEventsItem],
})
QuarantineReplayedReasonsItem = TypedDict("QuarantineReplayedReasonsItem", {
    "reason": str,
    "events": int,
})
QuarantineReplayed = TypedDict("QuarantineReplayed", {
    "tried": int,
    "accepted": int,
    "duplicates": int,
    "failed": int,
    "notWhole": int,
    "reasons": list[QuarantineReplayedReasonsItem],
    "left": int,
    "next": Union[int, None],
})
ImportsImportsItem = TypedDict("ImportsImportsItem", {
    "id": int,
    "name": str,
    "accepted": float,
    "duplicates": float,
    "conflicts": float,
    "refused": float,
    "updatedAt": str,
    "finishedAt": Union[str, None],
    "undoneAt": Union[str, None],
})
Imports = TypedDict("Imports", {
    "imports": list[ImportsImportsItem],
})
ImportUndone = TypedDict("ImportUndone", {
    "events": float,
    "quarantined": float,
    "days": int,
})
PrivacyBegun = TypedDict("PrivacyBegun", {
    "accepted": Literal[True],
    "request": Union[str, None],
})
PersonExportCover = TypedDict("PersonExportCover", {
    "title": str,
    "export": str,
    "text": list[str],
})
PersonExport = TypedDict("PersonExport", {
    "key": str,
    "knownSince": str,
    "objectsSince": Union[str, None],
    "events": list[dict[str, Any]],
    "days": list[dict[str, Any]],
    "predictions": list[dict[str, Any]],
    "quarantined": list[dict[str, Any]],
    "cover": PersonExportCover,
    "user": str,
})
PrivacyRequestsRequestsItemFound = TypedDict("PrivacyRequestsRequestsItemFound", {
    "events": NotRequired[int],
    "days": NotRequired[int],
    "predictions": NotRequired[int],
    "quarantined": NotRequired[int],
    "otherRows": NotRequired[int],
    "keptRows": NotRequired[int],
    "files": NotRequired[int],
})
PrivacyRequestsRequestsItem = TypedDict("PrivacyRequestsRequestsItem", {
    "id": str,
    "kind": Literal["erasure", "objection"],
    "who": str,
    "why": str,
    "stage": str,
    "found": PrivacyRequestsRequestsItemFound,
    "requestedAt": str,
    "endedAt": Union[str, None],
    "receipt": Union[dict[str, Any], None],
    "signature": Union[str, None],
})
PrivacyRequests = TypedDict("PrivacyRequests", {
    "requests": list[PrivacyRequestsRequestsItem],
})
PrivacyRequestFound = TypedDict("PrivacyRequestFound", {
    "events": NotRequired[int],
    "days": NotRequired[int],
    "predictions": NotRequired[int],
    "quarantined": NotRequired[int],
    "otherRows": NotRequired[int],
    "keptRows": NotRequired[int],
    "files": NotRequired[int],
})
PrivacyRequestRedactionsItem = TypedDict("PrivacyRequestRedactionsItem", {
    "number": int,
    "request": str,
    "fromSha256": str,
    "toSha256": str,
    "what": str,
    "at": str,
    "previousHash": str,
    "hash": str,
})
PrivacyRequestChain = TypedDict("PrivacyRequestChain", {
    "entries": int,
    "firstBroken": Union[int, None],
})
PrivacyRequest = TypedDict("PrivacyRequest", {
    "id": str,
    "kind": Literal["erasure", "objection"],
    "who": str,
    "why": str,
    "stage": str,
    "found": PrivacyRequestFound,
    "requestedAt": str,
    "endedAt": Union[str, None],
    "receipt": Union[dict[str, Any], None],
    "signature": Union[str, None],
    "redactions": list[PrivacyRequestRedactionsItem],
    "chain": PrivacyRequestChain,
    "signed": Literal["valid", "unsigned", "foreign", None],
})
AlertsAlertsItem = TypedDict("AlertsAlertsItem", {
    "id": int,
    "key": str,
    "kind": Literal["degradation", "predictive", "drift", "quality", "cycle failed", "rollback", "rollout", "approval", "damaged", "stalled worker", "missed check", "undelivered change", "lost workflow", "missing model", "server restarted", "cleanup failed", "extension", "audit", "model"],
    "model": Union[str, None],
    "severity": Literal["info", "warning", "critical"],
    "title": str,
    "detail": dict[str, Any],
    "openedAt": str,
    "lastSeenAt": str,
    "seen": int,
    "escalatedAt": Union[str, None],
    "acknowledgedAt": Union[str, None],
    "acknowledgedBy": Union[str, None],
    "acknowledgedWhy": Union[str, None],
    "closedAt": Union[str, None],
    "closedWhy": Union[str, None],
})
Alerts = TypedDict("Alerts", {
    "alerts": list[AlertsAlertsItem],
})
Alert = TypedDict("Alert", {
    "id": int,
    "key": str,
    "kind": Literal["degradation", "predictive", "drift", "quality", "cycle failed", "rollback", "rollout", "approval", "damaged", "stalled worker", "missed check", "undelivered change", "lost workflow", "missing model", "server restarted", "cleanup failed", "extension", "audit", "model"],
    "model": Union[str, None],
    "severity": Literal["info", "warning", "critical"],
    "title": str,
    "detail": dict[str, Any],
    "openedAt": str,
    "lastSeenAt": str,
    "seen": int,
    "escalatedAt": Union[str, None],
    "acknowledgedAt": Union[str, None],
    "acknowledgedBy": Union[str, None],
    "acknowledgedWhy": Union[str, None],
    "closedAt": Union[str, None],
    "closedWhy": Union[str, None],
})
SignInLink = TypedDict("SignInLink", {
    "code": str,
    "path": str,
    "expiresAt": str,
})
KeysKeysItem = TypedDict("KeysKeysItem", {
    "name": str,
    "role": Literal["viewer", "data-scientist", "operator", "privacy-officer", "admin"],
    "createdAt": str,
    "createdBy": Union[str, None],
    "lastUsedAt": Union[str, None],
    "expiresAt": Union[str, None],
    "expired": NotRequired[bool],
    "scopes": Union[list[Literal["read", "artefacts:read", "events:write", "predictions:read", "people:read", "people:erase", "retraining:run", "serving:write", "config:write", "keys:manage"]], None],
})
Keys = TypedDict("Keys", {
    "keys": list[KeysKeysItem],
})
NewKey = TypedDict("NewKey", {
    "name": str,
    "role": Literal["viewer", "data-scientist", "operator", "privacy-officer", "admin"],
    "createdAt": str,
    "createdBy": Union[str, None],
    "lastUsedAt": Union[str, None],
    "expiresAt": Union[str, None],
    "expired": NotRequired[bool],
    "scopes": Union[list[Literal["read", "artefacts:read", "events:write", "predictions:read", "people:read", "people:erase", "retraining:run", "serving:write", "config:write", "keys:manage"]], None],
    "key": str,
})
Key = TypedDict("Key", {
    "name": str,
    "role": Literal["viewer", "data-scientist", "operator", "privacy-officer", "admin"],
    "createdAt": str,
    "createdBy": Union[str, None],
    "lastUsedAt": Union[str, None],
    "expiresAt": Union[str, None],
    "expired": NotRequired[bool],
    "scopes": Union[list[Literal["read", "artefacts:read", "events:write", "predictions:read", "people:read", "people:erase", "retraining:run", "serving:write", "config:write", "keys:manage"]], None],
})
AuditChangesItem = TypedDict("AuditChangesItem", {
    "id": int,
    "requestId": str,
    "at": str,
    "who": str,
    "action": str,
    "target": str,
    "why": str,
    "before": NotRequired[Any],
    "after": NotRequired[Any],
})
Audit = TypedDict("Audit", {
    "changes": list[AuditChangesItem],
    "next": Union[int, None],
})
ExtensionsExtensionsItem = TypedDict("ExtensionsExtensionsItem", {
    "file": str,
    "kind": Union[str, None],
    "name": Union[str, None],
    "may": str,
    "fault": Union[str, None],
})
Extensions = TypedDict("Extensions", {
    "extensions": list[ExtensionsExtensionsItem],
})
AuditVerificationHead = TypedDict("AuditVerificationHead", {
    "link": int,
    "hash": str,
})
AuditVerificationBroken = TypedDict("AuditVerificationBroken", {
    "link": Union[int, None],
    "id": Union[int, None],
    "why": str,
})
AuditVerification = TypedDict("AuditVerification", {
    "intact": bool,
    "rows": int,
    "head": AuditVerificationHead,
    "checkpoints": int,
    "broken": Union[AuditVerificationBroken, None],
})
ReadyAnswer = TypedDict("ReadyAnswer", {
    "ready": Literal[True],
    "postgres": Literal["ok"],
    "temporal": Literal["ok"],
})

class Perennial(Connection):

    """Talks to a service: Perennial("http://127.0.0.1:8000", api_key="pk_...")."""

    def accept_finding(self, *, key: str, why: str, idempotency_key: str | None = None) -> Acceptance:
        """Accept a finding.  POST /monitoring/quality/accept"""
        return self.call("POST", f"/monitoring/quality/accept", body=self.given({"key": key, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def acknowledge(self, id: str, *, why: str, idempotency_key: str | None = None) -> Alert:
        """Acknowledge an alert.  POST /alerts/{id}/acknowledge"""
        return self.call("POST", f"/alerts/{self.quoted(id)}/acknowledge", body=self.given({"why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def add_key(self, *, name: str, role: Literal["viewer", "data-scientist", "operator", "privacy-officer", "admin"], scopes: Sequence[Literal["read", "artefacts:read", "events:write", "predictions:read", "people:read", "people:erase", "retraining:run", "serving:write", "config:write", "keys:manage"]] | None = None, expires_in_days: float | None = None, why: str | None = None, idempotency_key: str | None = None) -> NewKey:
        """Make a key for somebody.  POST /keys"""
        return self.call("POST", f"/keys", body=self.given({"name": name, "role": role, "scopes": scopes, "expiresInDays": expires_in_days, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def alerts(self, *, limit: int | None = None, open: Literal["true", "false"] | None = None, kind: Literal["degradation", "predictive", "drift", "quality", "cycle failed", "rollback", "rollout", "approval", "damaged", "stalled worker", "missed check", "undelivered change", "lost workflow", "missing model", "server restarted", "cleanup failed", "extension", "audit", "model"] | None = None, model: str | None = None) -> Alerts:
        """Alerts, newest first.  GET /alerts"""
        return self.call("GET", f"/alerts", query={"limit": limit, "open": open, "kind": kind, "model": model})  # type: ignore[no-any-return]

    def approvals(self, *, limit: int | None = None, open: Literal["true", "false"] | None = None, model: str | None = None) -> Approvals:
        """Validated versions waiting for approval.  GET /approvals"""
        return self.call("GET", f"/approvals", query={"limit": limit, "open": open, "model": model})  # type: ignore[no-any-return]

    def approve(self, name: str, *, version: int | None = None, why: str | None = None, idempotency_key: str | None = None) -> Approval:
        """Let the version that waits go on.  POST /models/{name}/approve"""
        return self.call("POST", f"/models/{self.quoted(name)}/approve", body=self.given({"version": version, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def audit(self, *, limit: int | None = None, who: str | None = None, action: str | None = None, show: Literal["changes", "accesses", "all"] | None = None, before: int | None = None) -> Audit:
        """Changes that people made, newest first.  GET /audit"""
        return self.call("GET", f"/audit", query={"limit": limit, "who": who, "action": action, "show": show, "before": before})  # type: ignore[no-any-return]

    def backtest(self, backtest: str) -> Backtest:
        """One backtest: how far it is, and what each policy did so far.  GET /backtests/{backtest}"""
        return self.call("GET", f"/backtests/{self.quoted(backtest)}")  # type: ignore[no-any-return]

    def backtests(self, *, limit: int | None = None) -> Backtests:
        """Backtests, newest first.  GET /backtests"""
        return self.call("GET", f"/backtests", query={"limit": limit})  # type: ignore[no-any-return]

    def begin_rollout(self, name: str, *, version: int, strategy: Union[Literal["shadow", "canary", "ab", "bandit"], str] | None = None, why: str | None = None, idempotency_key: str | None = None) -> RolloutBegun:
        """Roll out a stored version beside the serving one.  POST /models/{name}/rollout"""
        return self.call("POST", f"/models/{self.quoted(name)}/rollout", body=self.given({"version": version, "strategy": strategy, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def bring(self, name: str, *, candidate: str, file: str, inputs: Sequence[BringInputsItem], trained_until: str, missing: float | None = None, why: str | None = None, idempotency_key: str | None = None) -> BroughtModel:
        """Bring a model that was trained elsewhere.  POST /models/{name}/brought"""
        return self.call("POST", f"/models/{self.quoted(name)}/brought", body=self.given({"candidate": candidate, "file": file, "inputs": inputs, "missing": missing, "trainedUntil": trained_until, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def brought(self, name: str) -> BroughtModels:
        """The models that people brought.  GET /models/{name}/brought"""
        return self.call("GET", f"/models/{self.quoted(name)}/brought")  # type: ignore[no-any-return]

    def cancel_backtest(self, backtest: str, *, why: str | None = None, idempotency_key: str | None = None) -> BacktestBegun:
        """Cancel a backtest; results so far are kept.  POST /backtests/{backtest}/cancel"""
        return self.call("POST", f"/backtests/{self.quoted(backtest)}/cancel", body=self.given({"why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def check(self, check: str) -> Check:
        """One check, with all that it decided on.  GET /retraining/checks/{check}"""
        return self.call("GET", f"/retraining/checks/{self.quoted(check)}")  # type: ignore[no-any-return]

    def checks(self, *, limit: int | None = None, model: str | None = None, answer: Literal["retrain", "recalibrate", "wait", "fix data first", "cannot tell yet"] | None = None, before: str | None = None) -> Checks:
        """Every answer of the trigger, with its reasons, newest first.  GET /retraining/checks"""
        return self.call("GET", f"/retraining/checks", query={"limit": limit, "model": model, "answer": answer, "before": before})  # type: ignore[no-any-return]

    def config(self) -> ConfigVersion:
        """The active configuration.  GET /retraining/config"""
        return self.call("GET", f"/retraining/config")  # type: ignore[no-any-return]

    def config_history(self, *, limit: int | None = None) -> ConfigHistory:
        """Every configuration version, newest first.  GET /retraining/config/history"""
        return self.call("GET", f"/retraining/config/history", query={"limit": limit})  # type: ignore[no-any-return]

    def cycle(self, id: str) -> Cycle:
        """One cycle, with all its evidence.  GET /retraining/cycles/{id}"""
        return self.call("GET", f"/retraining/cycles/{self.quoted(id)}")  # type: ignore[no-any-return]

    def delete_person(self, id: str, *, why: str) -> PrivacyBegun:
        """Erase a person.  DELETE /people/{id}"""
        return self.call("DELETE", f"/people/{self.quoted(id)}", query={"why": why})  # type: ignore[no-any-return]

    def drift(self, *, limit: int | None = None, as_of: str | None = None, model: str | None = None) -> Drift:
        """Input drift of the models, feature by feature.  GET /monitoring/drift"""
        return self.call("GET", f"/monitoring/drift", query={"limit": limit, "asOf": as_of, "model": model})  # type: ignore[no-any-return]

    def drill(self, name: str, *, strength: float | None = None, strategy: Union[Literal["shadow", "canary", "ab", "bandit"], str] | None = None, as_of: str | None = None, why: str | None = None, idempotency_key: str | None = None) -> RolloutBegun:
        """Roll out a deliberately degraded copy of the serving version, to check that it is rolled back.  POST /models/{name}/drill"""
        return self.call("POST", f"/models/{self.quoted(name)}/drill", body=self.given({"strength": strength, "strategy": strategy, "asOf": as_of, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def erase_person(self, *, user: Union[str, float], why: str, idempotency_key: str | None = None) -> PrivacyBegun:
        """Erase a person, named in the body.  POST /privacy/erasures"""
        return self.call("POST", f"/privacy/erasures", body=self.given({"user": user, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def explain(self, check: str) -> Explanation:
        """Compute a check again from its stored evidence, and say whether it comes out the same.  GET /retraining/checks/{check}/explain"""
        return self.call("GET", f"/retraining/checks/{self.quoted(check)}/explain")  # type: ignore[no-any-return]

    def export_person(self, *, user: Union[str, float], why: str, idempotency_key: str | None = None) -> PersonExport:
        """Everything that is kept of a person, named in the body.  POST /privacy/exports"""
        return self.call("POST", f"/privacy/exports", body=self.given({"user": user, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def extensions(self) -> Extensions:
        """The operator's own files: what each adds and may do, and which were left out.  GET /extensions"""
        return self.call("GET", f"/extensions")  # type: ignore[no-any-return]

    def features(self, name: str) -> Features:
        """What a row of features holds, in order.  GET /models/{name}/features"""
        return self.call("GET", f"/models/{self.quoted(name)}/features")  # type: ignore[no-any-return]

    def federated(self, *, model: str | None = None, limit: int | None = None) -> FederatedTrainings:
        """Federated trainings with their rounds, newest first.  GET /federated"""
        return self.call("GET", f"/federated", query={"model": model, "limit": limit})  # type: ignore[no-any-return]

    def force(self, *, model: str | None = None, why: str | None = None, idempotency_key: str | None = None) -> ChangeAccepted:
        """Run a retraining cycle now.  POST /retraining/force"""
        return self.call("POST", f"/retraining/force", body=self.given({"model": model, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def history(self, *, model: str | None = None, outcome: Literal["deployed", "rolling out", "rejected", "inconclusive", "failed", "cancelled", "rolled back", "lost"] | None = None, trigger: Literal["first", "interval", "force", "alarm", "replay"] | None = None, from_: str | None = None, to: str | None = None, text: str | None = None, sort: Literal["started", "model", "asOf", "trigger", "verdict", "outcome", "change", "took"] | None = None, order: Literal["asc", "desc"] | None = None, limit: int | None = None, offset: Union[int, None] | None = None) -> History:
        """Retraining cycles by filter and sort, newest first unless told otherwise, as JSON, CSV or Parquet.  GET /retraining/history"""
        return self.call("GET", f"/retraining/history", query={"model": model, "outcome": outcome, "trigger": trigger, "from": from_, "to": to, "text": text, "sort": sort, "order": order, "limit": limit, "offset": offset})  # type: ignore[no-any-return]

    def impact(self, *, model: str) -> Impact:
        """What retraining was worth to the shop, and which cycle, trigger and features brought it.  GET /monitoring/impact"""
        return self.call("GET", f"/monitoring/impact", query={"model": model})  # type: ignore[no-any-return]

    def imports(self) -> Imports:
        """Files that were imported, newest first.  GET /imports"""
        return self.call("GET", f"/imports")  # type: ignore[no-any-return]

    def keys(self) -> Keys:
        """Who has a key, and what it allows.  GET /keys"""
        return self.call("GET", f"/keys")  # type: ignore[no-any-return]

    def look_at_rollout(self, id: str, *, as_of: str, traffic: bool | None = None, idempotency_key: str | None = None) -> RolloutLooked:
        """Evaluate a rollout as of a moment of a replayed history.  POST /rollouts/{id}/look"""
        return self.call("POST", f"/rollouts/{self.quoted(id)}/look", body=self.given({"asOf": as_of, "traffic": traffic}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def models(self) -> Models:
        """The models, and what serves each.  GET /models"""
        return self.call("GET", f"/models")  # type: ignore[no-any-return]

    def note_version(self, name: str, version: str, *, note: str | None = None, tags: Sequence[str] | None = None, idempotency_key: str | None = None) -> VersionNote:
        """Write a note and tags to a version.  PUT /models/{name}/versions/{version}/note"""
        return self.call("PUT", f"/models/{self.quoted(name)}/versions/{self.quoted(version)}/note", body=self.given({"note": note, "tags": tags}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def object_person(self, *, user: Union[str, float], why: str, objects: bool | None = None, idempotency_key: str | None = None) -> PrivacyBegun:
        """Note that a person objects to being profiled, or does no longer.  POST /privacy/objections"""
        return self.call("POST", f"/privacy/objections", body=self.given({"user": user, "why": why, "objects": objects}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def pause_rollout(self, name: str, *, hours: float | None = None, why: str | None = None, idempotency_key: str | None = None) -> RolloutChanged:
        """Pause the running rollout: shares stay, it neither steps nor promotes.  POST /models/{name}/rollout/pause"""
        return self.call("POST", f"/models/{self.quoted(name)}/rollout/pause", body=self.given({"hours": hours, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def performance(self, *, limit: int | None = None, as_of: str | None = None, model: str | None = None) -> Performance:
        """Performance of the models on known outcomes.  GET /monitoring/performance"""
        return self.call("GET", f"/monitoring/performance", query={"limit": limit, "asOf": as_of, "model": model})  # type: ignore[no-any-return]

    def person_export(self, id: str, *, why: str) -> PersonExport:
        """Everything that is kept of a person.  GET /people/{id}/export"""
        return self.call("GET", f"/people/{self.quoted(id)}/export", query={"why": why})  # type: ignore[no-any-return]

    def predict(self, model: str, *, user: Union[str, float] | None = None, users: Sequence[Union[str, float, None]] | None = None, row: PredictRow | None = None, rows: Sequence[PredictRowsItem] | None = None, as_of: str | None = None, idempotency_key: str | None = None) -> Predictions:
        """Ask a model about one or many shoppers, or rows of features.  POST /predictions/{model}"""
        return self.call("POST", f"/predictions/{self.quoted(model)}", body=self.given({"user": user, "users": users, "row": row, "rows": rows, "asOf": as_of}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def privacy_request(self, request: str) -> PrivacyRequest:
        """One request, its receipt, and what was taken out of sealed files.  GET /privacy/requests/{request}"""
        return self.call("GET", f"/privacy/requests/{self.quoted(request)}")  # type: ignore[no-any-return]

    def privacy_requests(self, *, limit: int | None = None) -> PrivacyRequests:
        """What persons asked for by their rights, newest first.  GET /privacy/requests"""
        return self.call("GET", f"/privacy/requests", query={"limit": limit})  # type: ignore[no-any-return]

    def promote(self, name: str, *, version: int, why: str | None = None, idempotency_key: str | None = None) -> ServingMove:
        """Promote a stored version.  POST /models/{name}/promote"""
        return self.call("POST", f"/models/{self.quoted(name)}/promote", body=self.given({"version": version, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def quality(self, *, limit: int | None = None, as_of: str | None = None) -> Quality:
        """Data-quality findings of the events.  GET /monitoring/quality"""
        return self.call("GET", f"/monitoring/quality", query={"limit": limit, "asOf": as_of})  # type: ignore[no-any-return]

    def quarantine(self, *, limit: int | None = None, reason: str | None = None) -> Quarantine:
        """Quarantined events, newest first, with reasons.  GET /events/quarantine"""
        return self.call("GET", f"/events/quarantine", query={"limit": limit, "reason": reason})  # type: ignore[no-any-return]

    def ready(self) -> ReadyAnswer:
        """Whether Postgres and Temporal can be reached.  GET /readyz"""
        return self.call("GET", f"/readyz")  # type: ignore[no-any-return]

    def reject(self, name: str, *, version: int | None = None, why: str | None = None, idempotency_key: str | None = None) -> Approval:
        """Set the version that waits aside.  POST /models/{name}/reject"""
        return self.call("POST", f"/models/{self.quoted(name)}/reject", body=self.given({"version": version, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def replace_config(self, *, config: ReplaceConfigConfig, why: str | None = None, idempotency_key: str | None = None) -> ConfigChanged:
        """Activate a whole configuration.  PUT /retraining/config"""
        return self.call("PUT", f"/retraining/config", body=self.given({"config": config, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def replay_quarantine(self, *, why: str, reason: str | None = None, ids: Sequence[int] | None = None, after: int | None = None, limit: int | None = None, idempotency_key: str | None = None) -> QuarantineReplayed:
        """Retry quarantined events.  POST /events/quarantine/replay"""
        return self.call("POST", f"/events/quarantine/replay", body=self.given({"reason": reason, "ids": ids, "after": after, "limit": limit, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def restore(self, name: str, *, why: str | None = None, idempotency_key: str | None = None) -> Retirement:
        """Bring a retired model back into use.  POST /models/{name}/restore"""
        return self.call("POST", f"/models/{self.quoted(name)}/restore", body=self.given({"why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def resume_rollout(self, name: str, *, why: str | None = None, idempotency_key: str | None = None) -> RolloutChanged:
        """Resume the paused rollout from its step.  POST /models/{name}/rollout/resume"""
        return self.call("POST", f"/models/{self.quoted(name)}/rollout/resume", body=self.given({"why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def retire(self, name: str, *, why: str | None = None, idempotency_key: str | None = None) -> Retirement:
        """Take a model out of use.  POST /models/{name}/retire"""
        return self.call("POST", f"/models/{self.quoted(name)}/retire", body=self.given({"why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def revoke_key(self, name: str, *, why: str | None = None) -> Key:
        """Revoke a key, and end every session that it began.  DELETE /keys/{name}"""
        return self.call("DELETE", f"/keys/{self.quoted(name)}", query={"why": why})  # type: ignore[no-any-return]

    def rollback(self, name: str, *, to: int | None = None, why: str | None = None, idempotency_key: str | None = None) -> ServingMove:
        """Roll back the newest: the challenger of a running rollout, else the serving version.  POST /models/{name}/rollback"""
        return self.call("POST", f"/models/{self.quoted(name)}/rollback", body=self.given({"to": to, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def rollout(self, id: str) -> Rollout:
        """One rollout: its plan, and its decision log with evidence, recomputed.  GET /rollouts/{id}"""
        return self.call("GET", f"/rollouts/{self.quoted(id)}")  # type: ignore[no-any-return]

    def rollout_plan(self, name: str, *, version: int, strategy: Union[Literal["shadow", "canary", "ab", "bandit"], str] | None = None) -> RolloutPlan:
        """The plan of a rollout before it starts.  GET /models/{name}/rollout/plan"""
        return self.call("GET", f"/models/{self.quoted(name)}/rollout/plan", query={"version": version, "strategy": strategy})  # type: ignore[no-any-return]

    def rollouts(self, *, limit: int | None = None, model: str | None = None) -> Rollouts:
        """Rollouts, newest first.  GET /rollouts"""
        return self.call("GET", f"/rollouts", query={"limit": limit, "model": model})  # type: ignore[no-any-return]

    def rotate_key(self, name: str, *, overlap_hours: float | None = None, why: str | None = None, idempotency_key: str | None = None) -> NewKey:
        """Make another key for somebody; the one before holds for a while longer.  POST /keys/{name}/rotate"""
        return self.call("POST", f"/keys/{self.quoted(name)}/rotate", body=self.given({"overlapHours": overlap_hours, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def send_events(self, body: Union[list[ShopEvent], ShopEvent], *, preset: Literal["segment", "ga4", "shopify", "woocommerce"] | None = None, idempotency_key: str | None = None) -> IngestAnswer:
        """Send up to 10000 events.  POST /events"""
        return self.call("POST", f"/events", query={"preset": preset}, body=body, idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def serving(self, name: str, *, limit: int | None = None) -> Serving:
        """Deployment history of a model.  GET /models/{name}/serving"""
        return self.call("GET", f"/models/{self.quoted(name)}/serving", query={"limit": limit})  # type: ignore[no-any-return]

    def sign_in_link(self) -> SignInLink:
        """Make a link that signs a browser in as you.  POST /sign-in-links"""
        return self.call("POST", f"/sign-in-links")  # type: ignore[no-any-return]

    def start(self, *, model: str | None = None, why: str | None = None, idempotency_key: str | None = None) -> ChangeAccepted:
        """Turn automatic checks on.  POST /retraining/start"""
        return self.call("POST", f"/retraining/start", body=self.given({"model": model, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def start_backtest(self, *, policies: Sequence[StartBacktestPoliciesItem], models: Sequence[str] | None = None, from_: str | None = None, to: str | None = None, step_days: int | None = None, why: str | None = None, idempotency_key: str | None = None) -> BacktestBegun:
        """Replay history under several policies.  POST /backtests"""
        return self.call("POST", f"/backtests", body=self.given({"policies": policies, "models": models, "from": from_, "to": to, "step_days": step_days, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def start_federated(self, name: str, *, plan: StartFederatedPlan | None = None, why: str | None = None, idempotency_key: str | None = None) -> FederatedBegun:
        """Train a classification in rounds over countries whose rows stay apart.  POST /models/{name}/federated"""
        return self.call("POST", f"/models/{self.quoted(name)}/federated", body=self.given({"plan": plan, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def status(self) -> Status:
        """Status of the system, model by model.  GET /retraining/status"""
        return self.call("GET", f"/retraining/status")  # type: ignore[no-any-return]

    def stop(self, *, model: str | None = None, why: str | None = None, running: Literal["finish", "cancel"] | None = None, idempotency_key: str | None = None) -> ChangeAccepted:
        """Turn automatic checks off.  POST /retraining/stop"""
        return self.call("POST", f"/retraining/stop", body=self.given({"model": model, "why": why, "running": running}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def trends(self, *, model: str) -> Trends:
        """Trends of a model over time.  GET /monitoring/trends"""
        return self.call("GET", f"/monitoring/trends", query={"model": model})  # type: ignore[no-any-return]

    def try_config(self, *, changes: TryConfigChanges | None = None, config: TryConfigConfig | None = None, days: int | None = None, idempotency_key: str | None = None) -> ConfigTrial:
        """Try a configuration on history; it changes nothing.  POST /retraining/config/try"""
        return self.call("POST", f"/retraining/config/try", body=self.given({"changes": changes, "config": config, "days": days}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def undo_import(self, import_: str, *, why: str, idempotency_key: str | None = None) -> ImportUndone:
        """Undo an import: remove its events and everything counted from them.  POST /imports/{import}/undo"""
        return self.call("POST", f"/imports/{self.quoted(import_)}/undo", body=self.given({"why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def update_config(self, *, retrain_interval_hours: float | None = None, min_new_samples: int | None = None, retrain_policy: Literal["routine", "worth"] | None = None, training_price: float | None = None, training_price_by: Literal["share", "budget", "money"] | None = None, training_budget: Union[float, None] | None = None, recalibrate: bool | None = None, gate: Literal["evidence", "no-harm", "threshold", "worth"] | None = None, performance_threshold: float | None = None, confidence: float | None = None, margin: Union[float, None] | None = None, stale_after_days: int | None = None, stale_growth: float | None = None, min_validation_rows: int | None = None, validation_rows: int | None = None, refit: bool | None = None, backup_models: bool | None = None, backups_kept: int | None = None, horizon_days: int | None = None, active_days: int | None = None, activity: Literal["purchase", "any"] | None = None, step_days: int | None = None, first_cutoff: Union[str, None] | None = None, min_train_cutoffs: int | None = None, max_train_cutoffs: int | None = None, routine_cutoffs: int | None = None, segment_margin: float | None = None, approval: Literal["none", "required"] | None = None, approval_remind_hours: float | None = None, approval_expire_hours: float | None = None, rollout: Union[Literal["immediate", "shadow", "canary", "ab", "bandit"], str] | None = None, canary_shares: Sequence[float] | None = None, rollout_step_hours: float | None = None, rollout_step_shoppers: int | None = None, rollout_look_minutes: float | None = None, rollout_days: float | None = None, rollout_undecided: Literal["promote", "hold"] | None = None, rollout_proof: Literal["outcomes", "guardrails"] | None = None, rollout_error_rate: float | None = None, ab_share: float | None = None, ab_power: float | None = None, ab_effect: Union[float, None] | None = None, bandit_floor: float | None = None, bandit_versions: int | None = None, bandit_reward: Literal["outcome", "purchase", "spend"] | None = None, bandit_reward_days: float | None = None, bandit_certainty: float | None = None, guard_errors: float | None = None, guard_fallbacks: float | None = None, guard_latency_ms: float | None = None, guard_divergence: float | None = None, sales_margin: Union[float, None] | None = None, kept_customer_value: Union[float, None] | None = None, contact_cost: Union[float, None] | None = None, offer_success: Union[float, None] | None = None, offer_lift: Union[float, None] | None = None, contact_budget: Union[int, None] | None = None, machine_hour_cost: Union[float, None] | None = None, cycle_person_cost: float | None = None, training_shards: int | None = None, training_min_rows_per_shard: int | None = None, seed: int | None = None, false_alarm_days: float | None = None, monitor_interval_hours: float | None = None, monitor_sample: int | None = None, personal_text: Literal["mask", "refuse"] | None = None, after_erasure: Literal["next", "now"] | None = None, alert_cooldown_hours: float | None = None, alert_escalate_hours: float | None = None, currency: str | None = None, currency_rates: str | None = None, keep_events_days: Union[int, None] | None = None, keep_shoppers_days: Union[int, None] | None = None, keep_predictions_days: Union[int, None] | None = None, keep_metrics_days: Union[int, None] | None = None, keep_blocks_days: Union[int, None] | None = None, keep_evidence_days: Union[int, None] | None = None, keep_rejected_days: Union[int, None] | None = None, keep_quarantine_days: Union[int, None] | None = None, keep_alerts_days: Union[int, None] | None = None, keep_idempotency_days: Union[int, None] | None = None, keep_logs_days: Union[int, None] | None = None, models: dict[str, Union[UpdateConfigModelsValue, None]] | None = None, why: str | None = None, idempotency_key: str | None = None) -> ConfigChanged:
        """Change settings, for every model or for one.  PATCH /retraining/config"""
        return self.call("PATCH", f"/retraining/config", body=self.given({"retrain_interval_hours": retrain_interval_hours, "min_new_samples": min_new_samples, "retrain_policy": retrain_policy, "training_price": training_price, "training_price_by": training_price_by, "training_budget": training_budget, "recalibrate": recalibrate, "gate": gate, "performance_threshold": performance_threshold, "confidence": confidence, "margin": margin, "stale_after_days": stale_after_days, "stale_growth": stale_growth, "min_validation_rows": min_validation_rows, "validation_rows": validation_rows, "refit": refit, "backup_models": backup_models, "backups_kept": backups_kept, "horizon_days": horizon_days, "active_days": active_days, "activity": activity, "step_days": step_days, "first_cutoff": first_cutoff, "min_train_cutoffs": min_train_cutoffs, "max_train_cutoffs": max_train_cutoffs, "routine_cutoffs": routine_cutoffs, "segment_margin": segment_margin, "approval": approval, "approval_remind_hours": approval_remind_hours, "approval_expire_hours": approval_expire_hours, "rollout": rollout, "canary_shares": canary_shares, "rollout_step_hours": rollout_step_hours, "rollout_step_shoppers": rollout_step_shoppers, "rollout_look_minutes": rollout_look_minutes, "rollout_days": rollout_days, "rollout_undecided": rollout_undecided, "rollout_proof": rollout_proof, "rollout_error_rate": rollout_error_rate, "ab_share": ab_share, "ab_power": ab_power, "ab_effect": ab_effect, "bandit_floor": bandit_floor, "bandit_versions": bandit_versions, "bandit_reward": bandit_reward, "bandit_reward_days": bandit_reward_days, "bandit_certainty": bandit_certainty, "guard_errors": guard_errors, "guard_fallbacks": guard_fallbacks, "guard_latency_ms": guard_latency_ms, "guard_divergence": guard_divergence, "sales_margin": sales_margin, "kept_customer_value": kept_customer_value, "contact_cost": contact_cost, "offer_success": offer_success, "offer_lift": offer_lift, "contact_budget": contact_budget, "machine_hour_cost": machine_hour_cost, "cycle_person_cost": cycle_person_cost, "training_shards": training_shards, "training_min_rows_per_shard": training_min_rows_per_shard, "seed": seed, "false_alarm_days": false_alarm_days, "monitor_interval_hours": monitor_interval_hours, "monitor_sample": monitor_sample, "personal_text": personal_text, "after_erasure": after_erasure, "alert_cooldown_hours": alert_cooldown_hours, "alert_escalate_hours": alert_escalate_hours, "currency": currency, "currency_rates": currency_rates, "keep_events_days": keep_events_days, "keep_shoppers_days": keep_shoppers_days, "keep_predictions_days": keep_predictions_days, "keep_metrics_days": keep_metrics_days, "keep_blocks_days": keep_blocks_days, "keep_evidence_days": keep_evidence_days, "keep_rejected_days": keep_rejected_days, "keep_quarantine_days": keep_quarantine_days, "keep_alerts_days": keep_alerts_days, "keep_idempotency_days": keep_idempotency_days, "keep_logs_days": keep_logs_days, "models": models, "why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]

    def verify_audit(self) -> AuditVerification:
        """Whether the audit is as it was written: every link computed again, every checkpoint compared.  GET /audit/verification"""
        return self.call("GET", f"/audit/verification")  # type: ignore[no-any-return]

    def versions(self, name: str, *, limit: int | None = None, tag: str | None = None, text: str | None = None) -> Versions:
        """Every version of a model with its manifest, newest first.  GET /models/{name}/versions"""
        return self.call("GET", f"/models/{self.quoted(name)}/versions", query={"limit": limit, "tag": tag, "text": text})  # type: ignore[no-any-return]

    def withdraw(self, name: str, candidate: str) -> Withdrawal:
        """Withdraw a brought model.  DELETE /models/{name}/brought/{candidate}"""
        return self.call("DELETE", f"/models/{self.quoted(name)}/brought/{self.quoted(candidate)}")  # type: ignore[no-any-return]

    def withdraw_federated(self, name: str, *, why: str | None = None, idempotency_key: str | None = None) -> FederatedWithdrawn:
        """Withdraw the federated training that waits for a model's next cycle.  POST /models/{name}/federated/withdraw"""
        return self.call("POST", f"/models/{self.quoted(name)}/federated/withdraw", body=self.given({"why": why}), idempotency_key=idempotency_key)  # type: ignore[no-any-return]
