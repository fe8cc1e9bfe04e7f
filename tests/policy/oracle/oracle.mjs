// One simulation a line, as JSON, in; one answer a line out: {"result": ..., "ignored": [...]} or {"error": ...}.
// Ignored are condition keys that the simulator does not know for the action.
import { runSimulation } from '@cloud-copilot/iam-simulate'
import readline from 'node:readline'

const named = (policies) => (policies ?? []).map((policy, index) => ({ name: `p${index}`, policy }))

function simulationOf(asked) {
  return {
    request: {
      principal: asked.principal,
      action: asked.action,
      resource: { resource: asked.resource, accountId: asked.resource_account_id },
      contextVariables: asked.context,
    },
    identityPolicies: named(asked.identity),
    sessionPolicy: asked.session ?? undefined,
    permissionBoundaryPolicies: asked.boundary ? named([asked.boundary]) : undefined,
    resourcePolicy: asked.resource_policy ?? undefined,
    serviceControlPolicies: asked.scps.map((level, index) => ({ orgIdentifier: `ou-${index}`, policies: named(level) })),
    resourceControlPolicies: [],
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  let answer
  try {
    const found = await runSimulation(simulationOf(JSON.parse(line)), {})
    answer = found.overallResult ? { result: found.overallResult, ignored: found.result?.ignoredContextKeys ?? [] } : { error: found.errors }
  } catch (error) {
    answer = { error: String(error) }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
