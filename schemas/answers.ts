/*
 * Every answer that is printed as JSON, by the name of its schema: `llmcost schema margin` prints that of Margin. generate.mjs makes the
 * JSON Schemas beside this file from these types, with their comments as descriptions. That of a report is worked out from the table of
 * metrics (src/query/report/schema.ts): its parts repeat so often that it would be twenty times as long.
 */
import type { Explained } from '../src/import/explain/explain.js';
import type { ImportedFile } from '../src/import/load/answer.js';
import type { PastImport, PastRejects } from '../src/import/load/history.js';
import type { AttributeAnswer } from '../src/query/attribute/answer.js';
import type { Baseline as RecordedRun } from '../src/query/baseline/answer.js';
import type { BudgetRow, BudgetCheck as Check, BudgetExplanation as Explanation } from '../src/query/budget/answer.js';
import type { Dashboard as DashboardAnswer } from '../src/query/dashboard/answer.js';
import type { DriftReport } from '../src/query/drift/answer.js';
import type { ExplainReport } from '../src/query/explain/answer.js';
import type { Forecast as ForecastAnswer } from '../src/query/forecast/answer.js';
import type { MarginReport } from '../src/query/margin/answer.js';
import type { PastRevision, PriceStatus, SetAside } from '../src/query/prices/answer.js';
import type { Refreshed } from '../src/query/quality/refresh.js';
import type { RealisedAnswer, RealisedList } from '../src/query/realised/answer.js';
import type { MovesAnswer, SurveyAnswer } from '../src/query/simulate/answer.js';
import type { Status as StatusAnswer } from '../src/query/status/answer.js';
import type { WasteReport } from '../src/query/waste/answer.js';
import type { PriceCost, Why as WhyAnswer } from '../src/query/why/answer.js';
import type { ListedModel } from '../src/rate/listing/listing.js';
import type { ModelPrices } from '../src/rate/listing/model_prices.js';
import type { Corrected } from '../src/rate/rerate/correct.js';
import type { ImportAnswer } from '../src/render/answers/import.js';
import type { PriceDiff as Diff } from '../src/render/answers/pricing/diff.js';
import type { RefreshAnswer } from '../src/render/answers/pricing/refresh.js';
import type {
  PushAnswer,
  SyncAnswer,
  TeamCheck as TeamChecked,
  TeamCompaction,
  TeamRemoval,
  TeamStatus as TeamState,
} from '../src/team/answer.js';

/** An answer in its envelope. */
type Enveloped<Name extends string, Content> = { schema: `llmcost.${Name}` } & Content;
type Priced<Name extends string, Content> = Enveloped<Name, { currency: 'USD' } & Content>;
/** A type without the index of rows of any kind. */
type Named<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

export type Attribute = AttributeAnswer;
export type Baseline = RecordedRun;
export type BudgetCheck = Check;
export type BudgetExplanation = Explanation;
export type Dashboard = DashboardAnswer;
export type Drift = DriftReport;
export type Explain = ExplainReport;
export type Forecast = ForecastAnswer;
export type Import = ImportAnswer;
export type ImportExplain = Priced<'import-explain/1', { files: Explained[] }>;
export type ImportWatch = Enveloped<'import-watch/1', { at: string } & ImportedFile>;
export type Imports = Enveloped<'imports/1', { imports: PastImport[] }>;
export type Margin = MarginReport;
export type Notification = Enveloped<'notification/1', { subject: string; at: string; rows: BudgetRow[] }>;
export type PricingAliasList = OwnList<'alias', { is: string | null }>;
export type PricingCorrect = Priced<'pricing-correct/1', Corrected>;
export type PricingCost = PriceCost;
export type PricingDiff = Priced<'pricing-diff/1', Diff>;
export type PricingFlatList = OwnList<
  'flat',
  { name: string | null; usd: string | null; per: string | null; from: string | null; to: string | null }
>;
export type PricingHistory = Priced<'pricing-history/1', { revisions: PastRevision[] }>;
export type PricingList = Priced<'pricing-list/1', { rows: Named<ListedModel>[] }>;
export type PricingOverrideList = OwnList<
  'override',
  {
    dimension: string | null;
    usd_per_unit: string | null;
    factor: string | null;
    raw_value: string | null;
    raw_unit: string | null;
    service_tier: string | null;
    region: string | null;
    from: string | null;
    to: string | null;
  }
>;
export type PricingRefresh = RefreshAnswer;
export type PricingSetAside = Priced<'pricing-set-aside/1', { cells: SetAside[] }>;
export type PricingShow = Priced<'pricing-show/2', { models: ModelPrices[] }>;
export type PricingStatus = Priced<'pricing-status/1', PriceStatus>;
export type Push = PushAnswer;
export type Quality = Enveloped<'quality/1', { boards: Refreshed['boards'] }>;
export type Realised = RealisedAnswer | RealisedList;
export type Rejects = Enveloped<'rejects/1', PastRejects>;
export type Simulate = MovesAnswer | SurveyAnswer;
export type Status = StatusAnswer;
export type Sync = SyncAnswer;
export type TeamCheck = TeamChecked;
export type TeamCompact = TeamCompaction;
export type TeamRemove = TeamRemoval;
export type TeamStatus = TeamState;
export type Waste = WasteReport;
export type Why = WhyAnswer;

/** Prices of one's own: what all kinds have, and what only this one has. */
type OwnList<Kind extends string, Fields> = Priced<
  `pricing-${Kind}-list/1`,
  {
    rows: ({
      id: number;
      provider: string | null;
      model: string | null;
      origin: string | null;
      note: string | null;
      made_at: string | null;
      added_in: number | null;
      removed_in: number | null;
    } & Fields)[];
  }
>;
